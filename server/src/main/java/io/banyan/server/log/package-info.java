/// What the server's log looks like where its operator has not said otherwise, and what its lines
/// say of a failure.
///
/// In: the logging library's events. Out: lines on standard output. Invariant: a configuration of
/// the operator's, or of the application that the server is embedded in, wins.
@NullMarked
package io.banyan.server.log;

import org.jspecify.annotations.NullMarked;

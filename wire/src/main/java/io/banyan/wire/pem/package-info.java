/// Keys and certificates as PEM text, for both ends of a connection.
///
/// In: the text of a file. Out: the JDK's keys and certificates. No file is read here.
@NullMarked
package io.banyan.wire.pem;

import org.jspecify.annotations.NullMarked;

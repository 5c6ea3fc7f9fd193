/// Key and trust stores, for both ends of a connection.
///
/// In: what stands in a file, and how it is called. Out: the JDK's keys and certificates. No file
/// is read here.
@NullMarked
package io.banyan.wire.keystore;

import org.jspecify.annotations.NullMarked;

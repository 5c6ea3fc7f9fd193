/// Who clients and peers are by SASL: DIGEST-MD5 and GSSAPI, as the JDK has them.
///
/// In: a JAAS file, and tokens of one connection. Out: tokens for it, and in the end a name. Used
/// by the gateways, through {@link io.banyan.replica.SaslExchange}, and by the ports between
/// servers. Without SASL nothing of this package is loaded.
///
/// Invariant: nobody gets a name whose proof did not go through to its end.
@NullMarked
package io.banyan.server.sasl;

import org.jspecify.annotations.NullMarked;

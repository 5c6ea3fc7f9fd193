/// Keys, certificates and what to trust, for the client ports and for the ports between servers.
///
/// In: the `ssl.` and `ssl.quorum.` settings and the files that they name (JKS, PKCS12, PEM). Out:
/// engines and socket factories of the JDK's TLS, set up for one connection. Used by the network
/// side and by the peers; without TLS nothing of this package, and of the JDK's TLS, is loaded.
///
/// Invariant: what a file says wrong is told before a port is opened, with the key that names the
/// file; a file that goes bad later leaves the certificates that were good in use.
@NullMarked
package io.banyan.server.tls;

import org.jspecify.annotations.NullMarked;

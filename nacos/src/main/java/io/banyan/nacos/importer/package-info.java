/// `banyan nacos import`: copies namespaces and configurations from a running Nacos into a running
/// Banyan, by the HTTP interfaces of both. In come two addresses, out go publications and a count.
@NullMarked
package io.banyan.nacos.importer;

import org.jspecify.annotations.NullMarked;

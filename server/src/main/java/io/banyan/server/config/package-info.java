/// What an operator wrote, read once and turned into one immutable value.
///
/// In: the text of a `zoo.cfg` (and of the membership file it names, and `myid`) and the JVM's
/// system properties, as maps. Out: {@link io.banyan.server.config.ServerConfig}, with every key
/// that ZooKeeper 3.9 knows typed, defaulted and checked, and a list of {@link
/// io.banyan.server.config.Notice}s to log: what is unknown, corrected, without meaning here, or
/// not in effect yet.
///
/// Invariant: nobody else in the server reads a system property or a configuration file, and
/// nothing but {@link io.banyan.server.config.ConfigException} (or an `IOException` of the file
/// itself) leaves the parser, whatever the text.
@NullMarked
package io.banyan.server.config;

import org.jspecify.annotations.NullMarked;

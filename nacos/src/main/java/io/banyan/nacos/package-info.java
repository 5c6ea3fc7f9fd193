/// The Nacos door: serves unmodified Nacos clients from the tree.
///
/// In come zoo.cfg's `nacos.` keys and what the server gives every door; out goes an open HTTP and
/// gRPC port. The rooms: {@link io.banyan.nacos.tree} is the way to the tree, {@link
/// io.banyan.nacos.config} and {@link io.banyan.nacos.naming} are what is done there, {@link
/// io.banyan.nacos.http} and {@link io.banyan.nacos.grpc} are how it is said.
///
/// Threads: the network's threads parse and read; one thread of the door owns every index, waiter
/// and subscription, and hears of every change in its order.
@NullMarked
package io.banyan.nacos;

import org.jspecify.annotations.NullMarked;

/// Nacos's gRPC, as clients from 2.0 on speak it.
///
/// In come payloads, JSON in a tiny protobuf envelope, from unary calls and from one stream of each
/// TCP connection; out go answers and pushes. A {@link io.banyan.nacos.grpc.Client} is a TCP
/// connection that said who it is; what it listens to, subscribes to and registered ends with it.
///
/// Invariant: of one configuration or service at most one push is under way to a client, so that a
/// client who does not read costs no memory that grows.
@NullMarked
package io.banyan.nacos.grpc;

import org.jspecify.annotations.NullMarked;

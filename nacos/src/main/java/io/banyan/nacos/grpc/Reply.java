package io.banyan.nacos.grpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.json.Json;

/// Answers to unary calls.
final class Reply {
    static final int INVALID = 400;
    static final int NO_RIGHT = 403;
    static final int ERROR = 500;

    /// Absent configuration, and server without a leader.
    static final int NOT_THERE = 300;

    static final int UNREGISTERED = 301;
    static final int NO_HANDLER = 302;
    static final int BROKEN = 502;

    /// More than the server may hold.
    static final int TOO_BUSY = 503;

    private static final int OK = 200;
    private static final int FAILED = 500;

    private Reply() {}

    /// The fields of every answer that succeeded, to add more.
    static ObjectNode ok() {
        return Json.object().put("resultCode", OK).put("errorCode", 0).put("success", true);
    }

    static ObjectNode failure(int errorCode, String message) {
        return Json.object()
                .put("resultCode", FAILED)
                .put("errorCode", errorCode)
                .put("message", message)
                .put("success", false);
    }

    /// The answer that the client's code casts the answer to.
    static String typeFor(String requestType) {
        return switch (requestType) {
            case "ConfigBatchListenRequest" -> "ConfigChangeBatchListenResponse";
            case "ServiceQueryRequest" -> "QueryServiceResponse";
            case "PersistentInstanceRequest" -> "InstanceResponse";
            default ->
                    requestType.endsWith("Request")
                            ? requestType.substring(0, requestType.length() - "Request".length())
                                    + "Response"
                            : "ErrorResponse";
        };
    }
}

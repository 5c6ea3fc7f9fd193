package io.banyan.nacos.http;

import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.banyan.nacos.config.Viewer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One request, read to its end.
///
/// @param body not to be modified; empty if it was a form, whose fields are among the parameters
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record Call(ServiceRequestContext context, RequestHeaders headers, Params params, byte[] body) {
    private static final int IP_MAX = 128;

    /// The body as it came.
    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Nullable String header(String name) {
        String value = headers.get(name);
        return value == null || value.isBlank() ? null : value.trim();
    }

    String clientIp() {
        return clientIp(this::header, context.remoteAddress());
    }

    /// The client's address, as proxies before us say it.
    ///
    /// @param headers a header's value by its name, null if it is absent or blank
    static String clientIp(
            Function<String, @Nullable String> headers, InetSocketAddress connectedFrom) {
        String forwarded = headers.apply("x-forwarded-for");
        if (forwarded != null) {
            String first = forwarded.split(",", 2)[0].trim();
            if (!first.isEmpty() && first.length() <= IP_MAX) {
                return first;
            }
        }
        String real = headers.apply("x-real-ip");
        return real != null && real.length() <= IP_MAX
                ? real
                : connectedFrom.getAddress().getHostAddress();
    }

    Viewer viewer() {
        return new Viewer(clientIp(), header("vipserver-tag"));
    }

    @Nullable String accessToken() {
        String token = params.filled("accessToken");
        if (token == null) {
            token = header("accesstoken");
        }
        return token == null ? header("authorization") : token;
    }
}

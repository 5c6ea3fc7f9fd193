package io.banyan.nacos.http;

import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.banyan.nacos.config.Viewer;
import org.jspecify.annotations.Nullable;

/// One request, read to its end.
record Call(ServiceRequestContext context, RequestHeaders headers, Params params) {
    private static final int IP_MAX = 128;

    @Nullable String header(String name) {
        String value = headers.get(name);
        return value == null || value.isBlank() ? null : value.trim();
    }

    /// The client's address, as proxies before us say it.
    String clientIp() {
        String forwarded = header("x-forwarded-for");
        if (forwarded != null) {
            String first = forwarded.split(",", 2)[0].trim();
            if (!first.isEmpty() && first.length() <= IP_MAX) {
                return first;
            }
        }
        String real = header("x-real-ip");
        return real != null && real.length() <= IP_MAX
                ? real
                : context.remoteAddress().getAddress().getHostAddress();
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

package io.banyan.server.admin;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The commands over HTTP: methods, headers, status. Commands run on the blocking executor.
final class AdminService implements HttpService {
    private static final Logger LOG = LoggerFactory.getLogger(AdminService.class);
    private static final MediaType JSON = MediaType.parse("application/json");

    private final Commands commands;
    private final String commandUrl;

    AdminService(Commands commands, String commandUrl) {
        this.commands = commands;
        this.commandUrl = commandUrl;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        String path = context.path();
        String asked =
                path.length() > commandUrl.length() + 1
                        ? path.substring(commandUrl.length() + 1)
                        : "";
        return switch (request.method()) {
            case GET, HEAD ->
                    asked.isEmpty()
                            ? list()
                            : commands.isPost(asked) && request.headers().contains("authorization")
                                    ? notAllowed()
                                    : onBlockingThread(context, request, asked, null);
            case POST ->
                    commands.isPost(asked)
                            ? onBlockingThread(context, request, asked, bodyOf(request))
                            : notAllowed();
            case OPTIONS ->
                    HttpResponse.of(
                            ResponseHeaders.builder(HttpStatus.OK)
                                    .add(HttpHeaderNames.ALLOW, "GET, HEAD, POST, TRACE, OPTIONS")
                                    .build());
            case TRACE -> HttpResponse.of(ResponseHeaders.of(HttpStatus.FORBIDDEN));
            case PUT, DELETE, PATCH, CONNECT, UNKNOWN -> notAllowed();
        };
    }

    private static HttpResponse notAllowed() {
        return HttpResponse.of(ResponseHeaders.of(HttpStatus.METHOD_NOT_ALLOWED));
    }

    /// ZooKeeper's list of links always names `/commands`, whatever the prefix is; here they work.
    private HttpResponse list() {
        var html = new StringBuilder();
        for (String name : commands.names()) {
            html.append("<a href=\"").append(commandUrl).append('/').append(name).append("\">");
            html.append(name).append("</a>\n<br/>\n");
        }
        return HttpResponse.of(HttpStatus.OK, MediaType.HTML_UTF_8, html.toString());
    }

    private static InputStream bodyOf(HttpRequest request) {
        return request.toInputStream(
                part -> part instanceof HttpData data ? data : HttpData.empty());
    }

    private HttpResponse onBlockingThread(
            ServiceRequestContext context,
            HttpRequest request,
            String asked,
            @Nullable InputStream body) {
        var arguments = new LinkedHashMap<String, String>();
        context.queryParams().forEach((name, value) -> arguments.putIfAbsent(name, value));
        var call =
                new Commands.Call(
                        arguments,
                        request.headers().get(HttpHeaderNames.AUTHORIZATION),
                        context.remoteAddress().getAddress(),
                        body);
        return HttpResponse.of(
                () -> response(asked, call, request.method() == HttpMethod.HEAD),
                context.blockingTaskExecutor());
    }

    private HttpResponse response(String asked, Commands.Call call, boolean headersOnly) {
        Reply reply;
        try {
            reply = commands.run(asked, call);
        } catch (RuntimeException failed) {
            LOG.error("admin command failed command={}", asked, failed);
            reply = Reply.error(500, "Internal error: " + failed);
        }
        var headers = ResponseHeaders.builder(HttpStatus.valueOf(reply.status()));
        for (Map.Entry<String, String> header : reply.headers().entrySet()) {
            headers.add(header.getKey(), header.getValue());
        }
        InputStream file = reply.body();
        if (file != null && !headersOnly) {
            return HttpResponse.of(
                    headers.contentType(MediaType.OCTET_STREAM).build(), StreamMessage.of(file));
        }
        return HttpResponse.of(
                headers.contentType(JSON).build(),
                HttpData.ofUtf8(Json.of(reply.object(commands.primaryName(asked)))));
    }
}

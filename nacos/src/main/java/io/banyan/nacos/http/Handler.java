package io.banyan.nacos.http;

import java.util.concurrent.CompletionStage;

/// Answers one kind of request. Called on a network thread; must not block.
interface Handler {
    /// @throws io.banyan.nacos.config.Invalid if the request cannot be meant
    CompletionStage<Answer> handle(Call call);
}

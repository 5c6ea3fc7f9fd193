package io.banyan.nacos.config;

import org.jspecify.annotations.Nullable;

/// A content to be published.
///
/// @param content UTF-8; kept, not to be modified
/// @param casMd5 publish only over the content with this MD5, null for over any
/// @param betaIps for these addresses only, null for everybody
/// @param tag for who carries it only, null for everybody; betaIps come first
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Publication(
        ConfigKey key,
        byte[] content,
        Meta meta,
        @Nullable String casMd5,
        @Nullable String betaIps,
        @Nullable String tag) {
    /// The same, over a content with this MD5 only.
    public Publication expecting(String md5) {
        return new Publication(key, content, meta, md5, betaIps, tag);
    }

    boolean isGray() {
        return betaIps != null || tag != null;
    }

    String grayName() {
        return betaIps != null ? Gray.BETA : Gray.TAG + tag;
    }

    String grayExpression() {
        return betaIps != null ? betaIps : String.valueOf(tag);
    }
}

package io.banyan.nacos.config;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The fingerprint by which Nacos's clients tell contents apart.
public final class Md5 {
    /// Of a configuration that is not there.
    public static final String NONE = "";

    private Md5() {}

    /// @return 32 lower-case hex digits
    public static String of(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}

package io.banyan.nacos.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Checks users by the list in zoo.cfg and gives them tokens that need no memory. Thread-safe.
///
/// A token is `USER.EXPIRES.SIGNATURE`, the signature keyed by the whole list of users: when a
/// password changes, all tokens end.
public final class Auth {
    private static final String DISABLED_TOKEN = "AUTH_DISABLED";
    private static final int TTL_SECONDS = 18_000;
    private static final String HMAC = "HmacSHA256";

    private final boolean enabled;
    private final Map<String, String> passwords;
    private final SecretKeySpec key;
    private final LongSupplier wallMillis;

    /// A login that succeeded.
    ///
    /// @param ttlSeconds how long the token is good
    public record Token(String text, int ttlSeconds, String user) {}

    /// @param passwords by user
    public Auth(boolean enabled, Map<String, String> passwords, LongSupplier wallMillis) {
        this.enabled = enabled;
        this.passwords = Map.copyOf(passwords);
        this.wallMillis = wallMillis;
        byte[] users = new TreeMap<>(passwords).toString().getBytes(StandardCharsets.UTF_8);
        key = new SecretKeySpec(users, HMAC);
    }

    public boolean isEnabled() {
        return enabled;
    }

    /// @return null if user or password are wrong; without auth everybody is right
    public @Nullable Token login(@Nullable String user, @Nullable String password) {
        String name = user == null ? "" : user;
        if (!enabled) {
            return new Token(DISABLED_TOKEN, TTL_SECONDS, name);
        }
        if (!isRight(name, password)) {
            return null;
        }
        String head = encode(name) + "." + (wallMillis.getAsLong() / 1000 + TTL_SECONDS);
        return new Token(head + "." + sign(head), TTL_SECONDS, name);
    }

    /// Whether this user may come in, by token or, as some clients do it, by password each time.
    public boolean admits(
            @Nullable String token, @Nullable String user, @Nullable String password) {
        if (!enabled) {
            return true;
        }
        if (token != null && !token.isBlank()) {
            return isGood(token.startsWith("Bearer ") ? token.substring(7) : token);
        }
        return user != null && isRight(user, password);
    }

    private boolean isRight(String user, @Nullable String password) {
        String known = passwords.get(user);
        return known != null && password != null && same(known, password);
    }

    private boolean isGood(String token) {
        int signature = token.lastIndexOf('.');
        int expires = token.lastIndexOf('.', signature - 1);
        if (expires < 0
                || !same(sign(token.substring(0, signature)), token.substring(signature + 1))) {
            return false;
        }
        return Long.parseLong(token.substring(expires + 1, signature))
                > wallMillis.getAsLong() / 1000;
    }

    private static boolean same(String a, String b) {
        return MessageDigest.isEqual(
                a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    private String sign(String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return encodeBytes(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }

    private static String encode(String text) {
        return encodeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String encodeBytes(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}

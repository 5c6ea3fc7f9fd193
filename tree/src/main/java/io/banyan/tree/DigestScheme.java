package io.banyan.tree;

import io.banyan.wire.Id;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// User and password: an ACL names the user and a digest of both.
///
/// @param superDigest `user:digest` of the one who may do everything; null if there is nobody
/// @param algorithm a Java message digest, ZooKeeper's default is `SHA1`
public record DigestScheme(@Nullable String superDigest, String algorithm) implements AuthScheme {
    /// Every JDK has these; to ask it takes a start ten milliseconds.
    private static final Set<String> EVERYWHERE = Set.of("SHA1", "SHA-1", "SHA-256");

    public DigestScheme {
        if (!EVERYWHERE.contains(algorithm)) {
            digest(algorithm, new byte[0]); // An unknown one shows at start, not at first use.
        }
    }

    /// The text that an ACL holds for `user:password`.
    public static String idOf(String userAndPassword, String algorithm) {
        int colon = userAndPassword.indexOf(':');
        String user = colon < 0 ? userAndPassword : userAndPassword.substring(0, colon);
        byte[] hash = digest(algorithm, userAndPassword.getBytes(StandardCharsets.UTF_8));
        return user + ":" + Base64.getEncoder().encodeToString(hash);
    }

    @Override
    public String name() {
        return "digest";
    }

    @Override
    public boolean isAuthenticated() {
        return true;
    }

    @Override
    public boolean isValid(String aclId) {
        // Trailing empty parts do not count for ZooKeeper: "bob:" is one part, ":x" is two.
        int colon = aclId.indexOf(':');
        return colon >= 0 && colon == aclId.lastIndexOf(':') && colon < aclId.length() - 1;
    }

    @Override
    public boolean matches(String connectionId, String aclId) {
        return connectionId.equals(aclId);
    }

    @Override
    public List<Id> authenticate(byte[] data) {
        String id = idOf(new String(data, StandardCharsets.UTF_8), algorithm);
        Id own = new Id("digest", id);
        return id.equals(superDigest) ? List.of(new Id("super", ""), own) : List.of(own);
    }

    @Override
    public String userName(String id) {
        int colon = id.indexOf(':');
        return colon < 0 ? id : id.substring(0, colon);
    }

    private static byte[] digest(String algorithm, byte[] data) {
        try {
            return MessageDigest.getInstance(algorithm).digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException("no message digest " + algorithm, e);
        }
    }
}

package io.banyan.tree;

import io.banyan.wire.Id;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Address of the peer: an ACL names an address, or a network as `10.0.0.0/8`.
public record IpScheme() implements AuthScheme {
    @Override
    public String name() {
        return "ip";
    }

    @Override
    public boolean isAuthenticated() {
        return false;
    }

    @Override
    public boolean isValid(String aclId) {
        int slash = aclId.indexOf('/');
        byte[] address = address(slash < 0 ? aclId : aclId.substring(0, slash));
        return address != null && bits(aclId, slash, address.length * 8) >= 0;
    }

    @Override
    public boolean matches(String connectionId, String aclId) {
        int slash = aclId.indexOf('/');
        byte[] wanted = address(slash < 0 ? aclId : aclId.substring(0, slash));
        byte[] actual = address(connectionId);
        if (wanted == null || actual == null || wanted.length != actual.length) {
            return false;
        }
        int bits = bits(aclId, slash, wanted.length * 8);
        if (bits < 0) {
            return false;
        }
        int whole = bits / 8;
        if (!Arrays.equals(wanted, 0, whole, actual, 0, whole)) {
            return false;
        }
        int rest = bits % 8;
        return rest == 0 || ((wanted[whole] ^ actual[whole]) & 0xff) >>> (8 - rest) == 0;
    }

    /// The connection has its address already: the packet adds nothing and is no failure.
    @Override
    public List<Id> authenticate(byte[] data) {
        return List.of();
    }

    @Override
    public String userName(String id) {
        return id;
    }

    /// @return the mask's length, all bits without a slash, -1 if it is none
    private static int bits(String aclId, int slash, int bitsMax) {
        if (slash < 0) {
            return bitsMax;
        }
        int value = decimal(aclId.substring(slash + 1));
        return value <= bitsMax ? value : -1;
    }

    /// @return 4 or 16 bytes, null if it is no address; names are never looked up
    private static byte @Nullable [] address(String text) {
        return text.indexOf(':') >= 0 ? v6(text) : v4(text);
    }

    private static byte @Nullable [] v4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            int value = decimal(parts[i]);
            if (value < 0 || value > 255) {
                return null;
            }
            address[i] = (byte) value;
        }
        return address;
    }

    private static byte @Nullable [] v6(String text) {
        // A zone, as in fe80::1%eth0, says through which interface, not who.
        int zone = text.indexOf('%');
        String plain = zone < 0 ? text : text.substring(0, zone);
        int gap = plain.indexOf("::");
        if (gap != plain.lastIndexOf("::")) {
            return null;
        }
        byte[] address = new byte[16];
        String head = gap < 0 ? plain : plain.substring(0, gap);
        String tail = gap < 0 ? "" : plain.substring(gap + 2);
        String[] first = head.isEmpty() ? new String[0] : head.split(":", -1);
        String[] last = tail.isEmpty() ? new String[0] : tail.split(":", -1);
        int groups = first.length + last.length;
        if (gap < 0 ? groups != 8 : groups > 7) {
            return null;
        }
        boolean good = put(address, 0, first) && put(address, 8 - last.length, last);
        return good ? address : null;
    }

    private static boolean put(byte[] address, int group, String[] parts) {
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (part.isEmpty() || part.length() > 4) {
                return false;
            }
            int value = 0;
            for (int k = 0; k < part.length(); k++) {
                int digit = Character.digit(part.charAt(k), 16);
                if (digit < 0) {
                    return false;
                }
                value = value << 4 | digit;
            }
            address[2 * (group + i)] = (byte) (value >>> 8);
            address[2 * (group + i) + 1] = (byte) value;
        }
        return true;
    }

    /// @return at most 999, -1 if it is no number
    private static int decimal(String text) {
        if (text.isEmpty() || text.length() > 3) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return value;
    }
}

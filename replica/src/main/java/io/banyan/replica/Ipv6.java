package io.banyan.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How Java spells an address of IPv6, and so ZooKeeper in its memberships: eight numbers in hex,
/// none left out. Java's own class for it belongs to the network, and looks at this machine's
/// interfaces.
final class Ipv6 {
    private static final int NUMBERS = 8;
    private static final int NUMBER_MAX = 0xffff;

    /// Four are enough, but Java takes zeros in front of them.
    private static final int HEX_DIGITS_MAX = 7;

    private static final int HEX = 16;
    private static final int BYTES_OF_V4 = 4;
    private static final int BYTE_MAX = 255;
    private static final int V4_MAPPED = 0xffff;

    /// Where an address of IPv4 begins in one of IPv6 that stands for it.
    private static final int V4_AT = 6;

    private Ipv6() {}

    /// @param host a name or an address, without brackets
    /// @return `::1` as `0:0:0:0:0:0:0:1`, `::ffff:10.0.0.1` as `10.0.0.1`; what is no address of
    ///   IPv6 as it is
    static String spelt(String host) {
        int percent = host.indexOf('%');
        String address = percent < 0 ? host : host.substring(0, percent);
        String scope = percent < 0 ? "" : host.substring(percent);
        List<Integer> numbers = numbers(address);
        if (numbers == null) {
            return host;
        }
        if (scope.isEmpty() && isMapped(numbers)) {
            return numbers.subList(V4_AT, NUMBERS).stream()
                    .map(two -> (two >> Byte.SIZE) + "." + (two & BYTE_MAX))
                    .collect(Collectors.joining("."));
        }
        return numbers.stream().map(Integer::toHexString).collect(Collectors.joining(":")) + scope;
    }

    private static boolean isMapped(List<Integer> numbers) {
        return numbers.get(V4_AT - 1) == V4_MAPPED
                && numbers.subList(0, V4_AT - 1).stream().allMatch(each -> each == 0);
    }

    private static @Nullable List<Integer> numbers(String address) {
        int gap = address.indexOf("::");
        List<Integer> head = part(gap < 0 ? address : address.substring(0, gap), gap < 0);
        List<Integer> tail = gap < 0 ? List.of() : part(address.substring(gap + 2), true);
        if (head == null || tail == null) {
            return null;
        }
        int written = head.size() + tail.size();
        if (gap < 0 ? written != NUMBERS : written >= NUMBERS) {
            return null;
        }
        var all = new ArrayList<>(head);
        while (all.size() + tail.size() < NUMBERS) {
            all.add(0);
        }
        all.addAll(tail);
        return all;
    }

    /// @param last whether it may end as an address of IPv4
    /// @return null if it is none
    private static @Nullable List<Integer> part(String text, boolean last) {
        var numbers = new ArrayList<Integer>();
        if (text.isEmpty()) {
            return numbers;
        }
        String[] pieces = text.split(":", -1);
        for (int i = 0; i < pieces.length; i++) {
            boolean isV4 = last && i == pieces.length - 1 && pieces[i].indexOf('.') >= 0;
            if (!(isV4 ? addV4(pieces[i], numbers) : addHex(pieces[i], numbers))) {
                return null;
            }
        }
        return numbers;
    }

    private static boolean addHex(String digits, List<Integer> to) {
        if (digits.length() > HEX_DIGITS_MAX || !isNumber(digits, HEX)) {
            return false;
        }
        int number = Integer.parseInt(digits, HEX);
        to.add(number);
        return number <= NUMBER_MAX;
    }

    private static boolean addV4(String text, List<Integer> to) {
        String[] bytes = text.split("\\.", -1);
        if (bytes.length != BYTES_OF_V4) {
            return false;
        }
        for (int i = 0; i < BYTES_OF_V4; i += 2) {
            int high = byteOf(bytes[i]);
            int low = byteOf(bytes[i + 1]);
            if (high < 0 || low < 0) {
                return false;
            }
            to.add(high << Byte.SIZE | low);
        }
        return true;
    }

    private static int byteOf(String digits) {
        int value = digits.length() <= 3 && isNumber(digits, 10) ? Integer.parseInt(digits) : -1;
        return value <= BYTE_MAX ? value : -1;
    }

    /// In plain digits: other alphabets have some as well.
    private static boolean isNumber(String digits, int radix) {
        return !digits.isEmpty()
                && digits.chars().allMatch(c -> c < 0x80 && Character.digit(c, radix) >= 0);
    }
}

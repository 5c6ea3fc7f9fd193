package io.banyan.cli.command;

import java.time.Duration;

/// Times as people write them: `500ms`, `90s`, `10m`, `4h`, `2d`.
public final class TimeText {
    private TimeText() {}

    /// @throws Trouble if it is none
    public static Duration duration(String text) {
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        try {
            long number = Long.parseLong(text.substring(0, digits));
            switch (text.substring(digits)) {
                case "ms" -> {
                    return Duration.ofMillis(number);
                }
                case "s" -> {
                    return Duration.ofSeconds(number);
                }
                case "m" -> {
                    return Duration.ofMinutes(number);
                }
                case "h" -> {
                    return Duration.ofHours(number);
                }
                case "d" -> {
                    return Duration.ofDays(number);
                }
                default -> {
                    // Said below.
                }
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // Said below, as for units that there are not.
        }
        throw Trouble.usage("\"" + text + "\" is no time, as 500ms, 90s, 10m, 4h, 2d");
    }
}

package io.banyan.cli.disk;

import io.banyan.cli.command.Run;
import io.banyan.cli.command.TimeText;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.ZnodePath;
import io.banyan.wire.OpCode;
import io.banyan.wire.TxnHeader;
import io.banyan.wire.txn.TxnPayload;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// Which transactions a person wants to see.
///
/// @param path null for all
/// @param session 0 for all
/// @param zxidMin unsigned, as `zxidMax`
/// @param type null for all
record TxnFilter(
        @Nullable String path,
        long session,
        long zxidMin,
        long zxidMax,
        long millisMin,
        long millisMax,
        @Nullable String type) {

    static TxnFilter of(Run run, long nowMillis) {
        String path = run.value("--path");
        String zxids = run.value("--zxid");
        long min = 0;
        long max = -1;
        if (zxids != null) {
            int dots = zxids.indexOf("..");
            min = hex("--zxid", dots < 0 ? zxids : zxids.substring(0, dots), 0);
            max = dots < 0 ? min : hex("--zxid", zxids.substring(dots + 2), -1);
        }
        String session = run.value("--session");
        return new TxnFilter(
                path == null ? null : ZnodePath.require(path),
                session == null ? 0 : hex("--session", session, 0),
                min,
                max,
                millis(run, "--from", Long.MIN_VALUE, nowMillis),
                millis(run, "--to", Long.MAX_VALUE, nowMillis),
                run.value("--type"));
    }

    /// @param open what an empty end means
    private static long hex(String option, String text, long open) {
        if (text.isEmpty()) {
            return open;
        }
        try {
            return Long.parseUnsignedLong(text.startsWith("0x") ? text.substring(2) : text, 16);
        } catch (NumberFormatException e) {
            throw Trouble.usage(option + ": \"" + text + "\" is no number in hex");
        }
    }

    private static long millis(Run run, String option, long otherwise, long nowMillis) {
        String text = run.value(option);
        if (text == null) {
            return otherwise;
        }
        try {
            return millis(text, nowMillis);
        } catch (DateTimeException | Trouble e) {
            throw Trouble.usage(
                    option
                            + ": \""
                            + text
                            + "\" is no time; as 2026-01-31T12:00:00Z, 2026-01-31T12:00,"
                            + " 2026-01-31 or an age as 10m");
        }
    }

    static long millis(String text, long nowMillis) {
        if (text.endsWith("Z")) {
            return Instant.parse(text).toEpochMilli();
        }
        if (!text.contains("-")) {
            return nowMillis - TimeText.duration(text).toMillis();
        }
        LocalDateTime local =
                text.indexOf('T') < 0
                        ? LocalDate.parse(text).atStartOfDay()
                        : LocalDateTime.parse(text);
        return local.atZone(ZoneId.systemDefault()).toInstant().toEpochMilli();
    }

    /// Whether a file can hold something of it.
    ///
    /// @param fileZxid of its first transaction
    /// @param nextZxid of the next file's first, -1 for none
    boolean mayBeIn(long fileZxid, long nextZxid) {
        return Long.compareUnsigned(fileZxid, zxidMax) <= 0
                && (nextZxid == -1 || Long.compareUnsigned(nextZxid, zxidMin) > 0);
    }

    boolean takes(TxnPayload payload) {
        TxnHeader header = payload.header();
        return Long.compareUnsigned(header.zxid(), zxidMin) >= 0
                && Long.compareUnsigned(header.zxid(), zxidMax) <= 0
                && header.timeMillis() >= millisMin
                && header.timeMillis() <= millisMax
                && (session == 0 || header.clientId() == session)
                && (type == null || OpCode.name(header.type()).equalsIgnoreCase(type))
                && (path == null || touches(payload, path));
    }

    private static boolean touches(TxnPayload payload, String path) {
        return TxnText.paths(payload.txn()).stream()
                .anyMatch(each -> ZnodePath.isWithin(each, path));
    }
}

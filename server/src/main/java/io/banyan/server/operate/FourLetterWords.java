package io.banyan.server.operate;

import org.jspecify.annotations.Nullable;

/// Recognises the four-letter words.
public final class FourLetterWords {
    /// The words of ZooKeeper 3.9.
    public enum Word {
        CONF,
        CONS,
        CRST,
        DIRS,
        DUMP,
        ENVI,
        GTMK,
        HASH,
        ISRO,
        MNTR,
        RUOK,
        SRST,
        SRVR,
        STAT,
        STMK,
        WCHC,
        WCHP,
        WCHS,
        /// Ctrl-C in telnet: closes without an answer.
        TELNET_CLOSE;

        /// How many bytes follow the word and belong to it.
        public int argumentBytes() {
            return this == STMK ? 8 : 0;
        }
    }

    private FourLetterWords() {}

    /// What a connection's first four bytes, read as a big-endian int, ask for.
    ///
    /// @return null if they are no word: then they are the length of a frame
    public static @Nullable Word find(int firstFourBytes) {
        return switch (firstFourBytes) {
            case 0x636f6e66 -> Word.CONF;
            case 0x636f6e73 -> Word.CONS;
            case 0x63727374 -> Word.CRST;
            case 0x64697273 -> Word.DIRS;
            case 0x64756d70 -> Word.DUMP;
            case 0x656e7669 -> Word.ENVI;
            case 0x67746d6b -> Word.GTMK;
            case 0x68617368 -> Word.HASH;
            case 0x6973726f -> Word.ISRO;
            case 0x6d6e7472 -> Word.MNTR;
            case 0x72756f6b -> Word.RUOK;
            case 0x73727374 -> Word.SRST;
            case 0x73727672 -> Word.SRVR;
            case 0x73746174 -> Word.STAT;
            case 0x73746d6b -> Word.STMK;
            case 0x77636863 -> Word.WCHC;
            case 0x77636870 -> Word.WCHP;
            case 0x77636873 -> Word.WCHS;
            case 0xfff4fffd -> Word.TELNET_CLOSE;
            default -> null;
        };
    }
}

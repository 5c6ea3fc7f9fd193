package io.banyan.server.peer;

import java.io.IOException;

/// Two servers do not come together, for a reason that is a phrase for people.
final class NotLetIn extends IOException {
    private static final long serialVersionUID = 1;

    NotLetIn(String why) {
        super(why);
    }

    NotLetIn(String why, Throwable cause) {
        super(why, cause);
    }
}

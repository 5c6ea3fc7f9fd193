package io.banyan.nacos.http;

import com.linecorp.armeria.common.FlagsProvider;

/// Lets Armeria hand on a query with two dots in it, which it refuses of its own accord: here it
/// names no file, but the configuration `..` or the service `../a`, which other doors have.
///
/// Found by Armeria, for the whole JVM; a system property of Armeria's goes before it.
public final class DotsInQueries implements FlagsProvider {
    /// For Armeria, which makes it.
    public DotsInQueries() {}

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Boolean allowDoubleDotsInQueryString() {
        return true;
    }
}

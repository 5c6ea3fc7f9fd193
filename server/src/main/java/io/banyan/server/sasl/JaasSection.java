package io.banyan.server.sasl;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.URIParameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import org.jspecify.annotations.Nullable;

/// One section of a JAAS file. The classes that it names are not loaded for reading it: those of
/// ZooKeeper, which files of its users name, are not there.
///
/// @param file for messages
record JaasSection(
        String name, String file, Configuration configuration, List<AppConfigurationEntry> all) {
    /// ZooKeeper's class for users and passwords, in whatever package it ever was.
    private static final String DIGEST_MODULE = ".DigestLoginModule";

    private static final String USER = "user_";

    /// @param file value of `java.security.auth.login.config`; null for what this JVM has
    ///   configured otherwise
    /// @return null if there is no such section
    /// @throws IllegalArgumentException if the file cannot be read
    static @Nullable JaasSection read(@Nullable String file, String name) {
        String shown = file == null ? "the JAAS configuration" : file;
        try {
            Configuration configuration =
                    file == null
                            ? Configuration.getConfiguration()
                            : Configuration.getInstance(
                                    "JavaLoginConfig", new URIParameter(uri(file)));
            AppConfigurationEntry[] entries = configuration.getAppConfigurationEntry(name);
            return entries == null || entries.length == 0
                    ? null
                    : new JaasSection(name, shown, configuration, List.of(entries));
        } catch (NoSuchAlgorithmException | SecurityException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalArgumentException(
                    "java.security.auth.login.config="
                            + shown
                            + ": it cannot be read: "
                            + cause.getMessage(),
                    e);
        }
    }

    /// The JDK takes a URL as well.
    private static URI uri(String file) {
        String path = file.startsWith("=") ? file.substring(1) : file;
        return Files.exists(Path.of(path)) ? Path.of(path).toUri() : URI.create(path);
    }

    /// Whether it is about users and passwords rather than about Kerberos.
    boolean isDigest() {
        return all.getFirst().getLoginModuleName().endsWith(DIGEST_MODULE);
    }

    /// Passwords by user, as a server knows them: options `user_NAME="password"`.
    Map<String, String> users() {
        var users = new LinkedHashMap<String, String>();
        for (AppConfigurationEntry each : all) {
            each.getOptions()
                    .forEach((option, password) -> {
                        if (option.startsWith(USER)) {
                            users.put(option.substring(USER.length()), String.valueOf(password));
                        }
                    });
        }
        return users;
    }

    /// An option of the first module, as a client has `username` and `password`.
    @Nullable String option(String option) {
        Object value = all.getFirst().getOptions().get(option);
        return value == null ? null : value.toString();
    }
}

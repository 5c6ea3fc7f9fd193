package io.banyan.e2e.spring;

import org.springframework.beans.factory.annotation.Value;

/// Made anew when the configuration changes.
public class Told {
    @Value("${told:nothing}")
    private String value;

    public String value() {
        return value;
    }
}

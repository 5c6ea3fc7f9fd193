package io.banyan.server.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a running ZooKeeper 3.9.5 makes of the same rules and principals, in the realm HOME.ORG.
final class ShortNamesTest {
    private static String nameOf(String rules, String principal) {
        return ShortNames.of(rules).of(principal, () -> "HOME.ORG");
    }

    @ParameterizedTest
    @CsvSource({
        "DEFAULT, zk/h1@HOME.ORG, zk",
        "DEFAULT, bob@HOME.ORG, bob",
        "DEFAULT, bob, bob",
        "'', bob, bob",
        "RULE:[1:$1], bob@OTHER.ORG, bob",
        "'RULE:[1:$1]\nDEFAULT', bob/h@HOME.ORG, bob",
        "RULE:[2:$1;$2](.*;h1)s/;.*//, zk/h1@OTHER.ORG, zk",
        "RULE:[1:$1@$0](.*@OTHER.ORG)s/@.*//  DEFAULT, bob@OTHER.ORG, bob",
        "RULE:[1:$1](b.b)s/b/x/g, bob@OTHER.ORG, xox",
        "RULE:[1:$1](b.b)s/b/x/, bob@OTHER.ORG, xob",
        "RULE:[2:$0-$1-$2], a/b@C, C-a-b",
        "RULE:[1:x$1y], bob@HOME.ORG, xboby",
        "RULE:[1:$1]s/(b)o/$1-/, bob@HOME.ORG, b-b",
        "DEFAULT RULE:[1:$1], bob@OTHER.ORG, bob",
        "RULE:[1:$1](x)DEFAULT, bob@HOME.ORG, bob",
    })
    void theFirstRuleThatFitsNamesAPrincipal(String rules, String principal, String name) {
        assertThat(nameOf(rules, principal)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "DEFAULT, bob@OTHER.ORG, no rule of security.auth_to_local is for bob@OTHER.ORG",
        "RULE:[1:$1], bob/h@OTHER.ORG, no rule of",
        "RULE:[2:$1;$2](.*;h1)s/;.*//, zk/h2@OTHER.ORG, no rule of",
        "RULE:[1:$1](BOB), bob@HOME.ORG, no rule of",
        "RULE:[2:$1], bob@HOME.ORG, no rule of",
        "'', bob@HOME.ORG, no rule of",
        "RULE:[1:$1@$0], bob@OTHER.ORG, no simple name",
        "RULE:[1:$1$3], bob@OTHER.ORG, there is no $3",
        "nonsense, bob, no rule: nonsense",
        "RULE:[1:$1]s/B/c/L, bob, no rule: L",
        "RULE:[1:$1](], bob, no rule: (]",
        "RULE:[1:$1]([), bob, Unclosed character class",
    })
    void whomNoRuleNamesIsNobodyAndWhatIsNoRuleIsTold(String rules, String principal, String why) {
        assertThatThrownBy(() -> nameOf(rules, principal))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}

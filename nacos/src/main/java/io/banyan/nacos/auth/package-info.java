/// Who may come in by the Nacos door. In come user names, passwords and tokens, out go tokens and
/// verdicts. Every server of an ensemble with the same zoo.cfg accepts the others' tokens.
@NullMarked
package io.banyan.nacos.auth;

import org.jspecify.annotations.NullMarked;

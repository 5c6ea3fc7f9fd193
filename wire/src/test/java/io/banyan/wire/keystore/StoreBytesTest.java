package io.banyan.wire.keystore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreBytesTest {
    private static final char[] PASSWORD = "secret".toCharArray();

    private static byte[] store(String type) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        if (type.equals("PKCS12")) {
            var key = new SecretKeySpec(new byte[16], "AES");
            store.setEntry(
                    "k",
                    new KeyStore.SecretKeyEntry(key),
                    new KeyStore.PasswordProtection(PASSWORD));
        }
        var out = new ByteArrayOutputStream();
        store.store(out, PASSWORD);
        return out.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "JKS, '', a/keys.jks", "JKS, '', keys", "JKS, jks, keys.p12",
        "PKCS12, '', a/KEYS.P12", "PKCS12, '', keys.store", "PKCS12, pkcs12, keys.pem",
    })
    void aStoreIsReadByItsTypeOrTheEndOfItsName(String written, String type, String name)
            throws Exception {
        KeyStore read = new StoreBytes(type, name, store(written)).keys(PASSWORD);

        assertThat(read.size()).isEqualTo(written.equals("PKCS12") ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({"JKS, keys.jks", "PKCS12, keys.p12"})
    void aWrongPasswordIsToldAsSuch(String type, String name) throws Exception {
        byte[] bytes = store(type);

        assertThatThrownBy(() -> new StoreBytes("", name, bytes).keys("wrong".toCharArray()))
                .isInstanceOf(IOException.class)
                .hasMessage("the password does not open it");
    }

    @Test
    void pemWithoutCertificatesTrustsNobody() {
        var text = new StoreBytes("", "a.pem", new byte[] {'x'});

        assertThatThrownBy(() -> text.trusted(new char[0]))
                .isInstanceOf(IOException.class)
                .hasMessage("it has no certificate");
    }
}

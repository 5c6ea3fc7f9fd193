package io.banyan.nacos.importer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.nacos.NacosServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of Nacos's console, and what is no such file.
class NacosArchiveTest {
    @TempDir Path directory;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private int run(String... args) throws Exception {
        said.reset();
        return NacosImport.run(List.of(args), new PrintStream(said, true, UTF_8));
    }

    private String said() {
        return said.toString(UTF_8);
    }

    private Path zip(String... namesAndTexts) throws Exception {
        Path file = directory.resolve("export.zip");
        try (var out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                out.putNextEntry(new ZipEntry(namesAndTexts[i]));
                out.write(namesAndTexts[i + 1].getBytes(UTF_8));
            }
        }
        return file;
    }

    @Test
    void whatTheConsoleExportedIsCopiedOnceWithWhatIsKnownOfIt() throws Exception {
        String metadata =
                """
                metadata:
                - appName: shop
                  dataId: a
                  desc: 'it''s a: thing'
                  group: G
                  type: properties
                - appName: ''
                  dataId: b.yaml
                  desc: null
                  group: H
                  type: yaml
                """;
        Path file =
                zip(
                        "G/a",
                        "k=\u4e2d\n",
                        "H/b.yaml",
                        "k: v",
                        "H/c.json",
                        "{}",
                        ".metadata.yml",
                        metadata);
        try (var to = new NacosServer()) {
            String url = "http://" + to.address();

            assertThat(run("import", "--from", "" + file, "--to", url, "--namespace", "dev"))
                    .as(said())
                    .isZero();
            assertThat(said()).contains("copied=3 equal=0 failed=0");
            assertThat(run("import", "--from", "" + file, "--to", url, "--namespace", "dev"))
                    .isZero();
            assertThat(said()).contains("copied=0 equal=3 failed=0");

            var detail = to.get("/v1/cs/configs?show=all&dataId=a&group=G&tenant=dev").body();
            assertThat(detail).contains("\"it's a: thing\"", "\"shop\"", "\"properties\"");
            var typed = to.get("/v1/cs/configs?dataId=c.json&group=H&tenant=dev");
            assertThat(typed.headers().firstValue("Config-Type")).contains("json");
            assertThat(to.get("/v1/console/namespaces").body()).contains("\"dev\"");
        }
    }

    @Test
    void wrongInputIsAnsweredWithALineThatSaysWhatIsWrong() throws Exception {
        String nobody = "http://127.0.0.1:1";
        Path noZip = Files.writeString(directory.resolve("text.zip"), "text");
        Path otherZip = zip("readme.txt", "text");

        assertThat(run("import", "--from", "nowhere.zip", "--to", nobody)).isEqualTo(2);
        assertThat(said()).contains("neither a file nor an URL");
        assertThat(run("import", "--from", nobody, "--to", "10.0.0.1:8848")).isEqualTo(2);
        assertThat(said()).contains("--to 10.0.0.1:8848: not an URL");
        assertThat(run("import", "--from", nobody, "--to", nobody)).isEqualTo(1);
        assertThat(said()).contains("cannot copy from " + nobody);
        assertThat(run("import", "--from", "" + noZip, "--to", nobody)).isEqualTo(1);
        assertThat(said()).contains("zip");
        assertThat(run("import", "--from", "" + otherZip, "--to", nobody)).isEqualTo(1);
        assertThat(said()).contains("not an export of Nacos");
        assertThat(run("import", "--from", "" + zip("G/a", "1"), "--to", nobody)).isEqualTo(1);
        assertThat(said()).contains("cannot copy from");
    }
}

package io.banyan.nacos;

import static io.banyan.nacos.NacosServer.form;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.nacos.importer.NacosImport;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class NacosImportTest {
    @Test
    void configurationsOfAllNamespacesAreCopiedOnce() throws Exception {
        try (var from = new NacosServer();
                var to = new NacosServer()) {
            from.post(
                    "/v1/console/namespaces",
                    form("customNamespaceId", "dev", "namespaceName", "Dev"));
            for (int i = 0; i < 3; i++) {
                from.publish("c" + i, "a+b=\u4e2d\n" + i);
            }
            from.post(
                    "/v1/cs/configs",
                    form(
                            "dataId", "d.yaml", "group", "G", "tenant", "dev", "type", "yaml",
                            "content", "k: v"));
            var copy =
                    new NacosImport(
                            "http://" + from.address(),
                            "http://" + to.address() + "/",
                            new PrintStream(OutputStream.nullOutputStream()));

            NacosImport.Result first = copy.copy(List.of());
            NacosImport.Result second = copy.copy(List.of());

            assertThat(first).isEqualTo(new NacosImport.Result(2, 4, 0, List.of()));
            assertThat(second).isEqualTo(new NacosImport.Result(2, 0, 4, List.of()));
            var copied = to.get("/v1/cs/configs?dataId=d.yaml&group=G&tenant=dev");
            assertThat(copied.body()).isEqualTo("k: v");
            assertThat(copied.headers().firstValue("Config-Type")).contains("yaml");
            assertThat(to.get("/v1/cs/configs?dataId=c2&group=G").body())
                    .isEqualTo("a+b=\u4e2d\n2");
            assertThat(to.get("/v1/console/namespaces").body()).contains("\"Dev\"");
        }
    }
}

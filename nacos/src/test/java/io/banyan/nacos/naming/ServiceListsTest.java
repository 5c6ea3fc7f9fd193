package io.banyan.nacos.naming;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A list is written once for all who ask while the service stays as it is.
class ServiceListsTest {
    private final ServiceLists lists = new ServiceLists(10);
    private int written;

    private String ask(String name, String clusters, long viewZxid) {
        var key = new ServiceKey("public", "G", name);
        var service = new Service(key, true, ServiceMeta.NONE, List.of(), List.of(), 7, viewZxid);
        return ask(service, clusters);
    }

    private String ask(Service service, String clusters) {
        byte[] list =
                lists.get(
                        new ServiceLists.Key(service.key(), true, clusters, false),
                        service,
                        () -> ("list" + ++written).getBytes(US_ASCII));
        return new String(list, US_ASCII);
    }

    @Test
    void theSameViewIsWrittenOnceAndAnotherOneAnew() {
        assertThat(ask("a", "", 1)).isEqualTo("list1");
        assertThat(ask("a", "", 1)).isEqualTo("list1");
        assertThat(ask("a", "", 2)).isEqualTo("list2");
        assertThat(ask("a", "", 2)).isEqualTo("list2");
        // Another form of it.
        assertThat(ask("a", "X", 2)).isEqualTo("list3");
    }

    @Test
    void whatWasNotAskedForTheLongestGoesWhenThereIsTooMuch() {
        ask("a", "", 1);
        ask("b", "", 1);
        assertThat(ask("a", "", 1)).isEqualTo("list1");

        ask("c", "", 1);

        assertThat(lists.keptBytes()).isEqualTo(10);
        assertThat(ask("a", "", 1)).isEqualTo("list1");
        assertThat(ask("b", "", 1)).isEqualTo("list4");
    }

    @Test
    void aListThatIsTooLongIsAnsweredAndNotKept() {
        var key = new ServiceLists.Key(new ServiceKey("public", "G", "a"), true, "", false);
        var service =
                new Service(key.service(), true, ServiceMeta.NONE, List.of(), List.of(), 7, 1);

        assertThat(lists.get(key, service, () -> new byte[11])).hasSize(11);

        assertThat(lists.keptBytes()).isZero();
    }

    @Test
    void aServiceThatIsNotThereIsNotKept() {
        var key = new ServiceKey("public", "G", "a");
        ask(new Service(key, false, ServiceMeta.NONE, List.of(), List.of(), 7, 1), "");

        assertThat(lists.keptBytes()).isZero();
    }
}

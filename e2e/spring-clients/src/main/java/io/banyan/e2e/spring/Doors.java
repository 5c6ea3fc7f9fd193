package io.banyan.e2e.spring;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/// What the application has, for whoever asks over HTTP.
@RestController
public class Doors {
    private final HttpClient http = HttpClient.newHttpClient();
    private final Told told;
    private final DiscoveryClient discovery;
    private final LoadBalancerClient balancer;

    Doors(Told told, DiscoveryClient discovery, LoadBalancerClient balancer) {
        this.told = told;
        this.discovery = discovery;
        this.balancer = balancer;
    }

    @GetMapping("/told")
    public String told() {
        return told.value();
    }

    @GetMapping("/services")
    public List<String> services() {
        return discovery.getServices();
    }

    /// What somebody else is told, as whom the load balancer chooses says it.
    @GetMapping("/ask/{service}")
    public String ask(@PathVariable("service") String service)
            throws IOException, InterruptedException {
        ServiceInstance chosen = balancer.choose(service);
        if (chosen == null) {
            return "nobody";
        }
        var request = HttpRequest.newBuilder(URI.create(chosen.getUri() + "/told")).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}

package io.banyan.e2e.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// An application as Spring Cloud's users write them: it is told a value by its configuration, and
/// asks others of it by the load balancer. What it has is seen over HTTP.
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Application {
    public static void main(String[] args) {
        SpringApplication.run(Application.class, args);
    }

    @Bean
    @RefreshScope
    public Told told() {
        return new Told();
    }

    @Bean
    public Doors doors(Told told, DiscoveryClient discovery, LoadBalancerClient balancer) {
        return new Doors(told, discovery, balancer);
    }
}

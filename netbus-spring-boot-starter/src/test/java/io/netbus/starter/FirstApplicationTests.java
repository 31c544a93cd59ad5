package io.netbus.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promise of the README: the starter, a few lines of YAML, an injected bean. */
class FirstApplicationTests {

    private static final Path README = Path.of("..", "README.md");

    @TempDir
    Path directory;

    @Test
    void anEventPublishedThroughAnInjectedBeanIsThereAfterARestart() throws Exception {
        MiniApplication application = MiniApplication.compile(directory, "first.FirstApplication", """
                package first;

                import io.netbus.bus.EventBus;
                import io.netbus.consume.PollRequest;
                import io.netbus.spring.NetbusTemplate;
                import org.springframework.boot.CommandLineRunner;
                import org.springframework.boot.SpringApplication;
                import org.springframework.boot.autoconfigure.SpringBootApplication;
                import org.springframework.context.annotation.Bean;

                @SpringBootApplication
                public class FirstApplication {

                    record Greeting(String text) {}

                    public static void main(String[] args) {
                        SpringApplication.run(FirstApplication.class, args);
                    }

                    @Bean
                    CommandLineRunner greet(NetbusTemplate netbus, EventBus bus) {
                        return args -> {
                            var result = netbus.publish("greetings", "k", new Greeting("hello"))
                                    .toCompletableFuture().join();
                            int stored = bus.channel("greetings").poll(PollRequest.first(100)).events().size();
                            System.out.println("outcome=" + result.outcome() + " stored=" + stored);
                        };
                    }
                }
                """, """
                netbus:
                  log:
                    directory: ./data/greetings
                    force-interval: 200ms
                """);

        assertThat(application.run())
                .contains("netbus keeps its logs on disk: directory=" + directory.toRealPath())
                .contains("outcome=ACCEPTED stored=1");
        assertThat(application.run()).contains("outcome=ACCEPTED stored=2");
        assertThat(directory.resolve("data/greetings")).isDirectory();
    }

    @Test
    void theReadmesApplicationRunsAsItStandsThere() throws Exception {
        String yaml = block("yaml", "netbus:");
        assertThat(yaml.lines()).hasSize(4);
        MiniApplication application =
                MiniApplication.compile(directory, "demo.Orders", """
                package demo;

                import io.netbus.cortex.tasks.*;
                import io.netbus.spring.*;
                import org.springframework.boot.*;
                import org.springframework.boot.autoconfigure.*;
                import org.springframework.context.annotation.*;
                """ + block("java", "class Orders"), yaml);

        assertThat(application.run()).contains("Brew tea");
        assertThat(application.run()).contains("Brew tea");
    }

    /** The README's code block of that language that holds the text. */
    private static String block(String language, String text) throws IOException {
        String fence = "```" + language + "\n";
        String readme = Files.readString(README);
        for (int start = readme.indexOf(fence); start >= 0; start = readme.indexOf(fence, start + 1)) {
            int from = start + fence.length();
            String block = readme.substring(from, readme.indexOf("```", from));
            if (block.contains(text)) {
                return block;
            }
        }
        throw new AssertionError("README has no such block: language=" + language + ", text=" + text);
    }
}

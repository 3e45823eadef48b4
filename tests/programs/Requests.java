// Many requests by the HTTP client of the JDK as it is set up by default: it asks each time for HTTP/2.
// Arguments: the URL of the service, how many requests one after the other, and as many by eight threads.

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

public class Requests {
    static final HttpClient CLIENT = HttpClient.newHttpClient();
    static final int THREADS = 8;

    public static void main(String[] arguments) throws Exception {
        String service = arguments[0];
        int count = Integer.parseInt(arguments[1]);
        for (int number = 0; number < count; number++) {
            send(service, number);
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> running = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            int current = number;
            running.add(threads.submit(() -> {
                send(service, current);
                return null;
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
        threads.shutdown();
        System.out.println("answered " + 2 * count);
    }

    // By turns without a body, with one of a known length, and with one of an unknown length.
    static void send(String service, int number) throws Exception {
        byte[] body = ("{\"name\":\"" + "n".repeat(number * 10) + "\"}").getBytes(StandardCharsets.UTF_8);
        URI target = URI.create(service + "/_connector/c" + number % 3);
        HttpRequest.Builder request = HttpRequest.newBuilder(target).header("Content-Type", "application/json");
        switch (number % 3) {
            case 0 -> request.GET();
            case 1 -> request.PUT(BodyPublishers.ofByteArray(body));
            default -> request.PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
        }
        HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
        int expected = number % 3 == 0 ? 404 : 200;
        if (response.statusCode() != expected && response.statusCode() != 201) {
            throw new IllegalStateException("request " + number + ": " + response.statusCode() + " " + response.body());
        }
    }
}

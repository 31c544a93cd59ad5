package io.netbus.sample;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps pages of other sites from using a visitor's browser against the desk.
 * <ul>
 * <li>A request that changes something and comes from a browser must come from the desk's own page: its {@code Origin}
 *     must be the {@code Host} it is sent to, and that one of the desk's names. Programs send neither {@code Origin} nor
 *     {@code Sec-Fetch-Site} and pass.
 * <li>A read does not tell whether it comes from a browser. It must be sent to one of the desk's names or to an address,
 *     because a site that points its own name at this machine (DNS rebinding) can use neither.
 * </ul>
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class OriginFilter extends OncePerRequestFilter {

    private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9a-f:.]+]|[^:\\[\\]/@\\s]+)(?::\\d{1,5})?");
    private static final Pattern ADDRESS = Pattern.compile("\\[.*]|\\d{1,3}(?:\\.\\d{1,3}){3}");
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|.+\\.localhost|127(?:\\.\\d{1,3}){3}|\\[(?:::|0:0:0:0:0:0:0:)1]");

    private final Set<String> allowedHosts;

    OriginFilter(DeskProperties desk) {
        allowedHosts = desk.allowedHosts();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String authority = lower(request.getHeader(HttpHeaders.HOST));
        String reason = READS.contains(request.getMethod())
                ? refusalOfRead(hostOf(authority))
                : refusalOfChange(request, authority);
        if (reason == null) {
            chain.doFilter(request, response);
        } else {
            response.sendError(HttpServletResponse.SC_FORBIDDEN, reason);
        }
    }

    private @Nullable String refusalOfRead(@Nullable String host) {
        return isOurs(host) || (host != null && ADDRESS.matcher(host).matches()) ? null : foreignHost();
    }

    private @Nullable String refusalOfChange(HttpServletRequest request, @Nullable String authority) {
        String origin = lower(request.getHeader(HttpHeaders.ORIGIN));
        if (origin == null && request.getHeader("Sec-Fetch-Site") == null) {
            return null;
        }
        if (origin == null || authority == null || !isOriginOf(origin, authority)) {
            return "A browser may change something only from the desk's own page: Origin does not match Host.";
        }
        return isOurs(hostOf(authority)) ? null : foreignHost();
    }

    private static boolean isOriginOf(String origin, String authority) {
        return origin.equals("http://" + authority) || origin.equals("https://" + authority);
    }

    private boolean isOurs(@Nullable String host) {
        return host != null && (LOOPBACK.matcher(host).matches() || allowedHosts.contains(host));
    }

    private static String foreignHost() {
        return "Host is not a name of this desk; add it to desk.allowed-hosts if it should be.";
    }

    /** The authority without its port; null if it is not one. */
    private static @Nullable String hostOf(@Nullable String authority) {
        if (authority == null) {
            return null;
        }
        var matcher = AUTHORITY.matcher(authority);
        return matcher.matches() ? matcher.group(1) : null;
    }

    private static @Nullable String lower(@Nullable String header) {
        return header == null ? null : header.toLowerCase(Locale.ROOT);
    }
}

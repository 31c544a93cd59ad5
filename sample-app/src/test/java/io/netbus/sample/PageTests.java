package io.netbus.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementClickInterceptedException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The page, in a real browser. */
class PageTests {

    private static final Duration GENEROUS = Duration.ofSeconds(60);
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    @TempDir
    private static Path data;

    private static Desk desk;
    private static DeskClient client;
    private static ChromeDriver browser;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
                "the page is not tested: install the packages chromium and chromium-driver");
        desk = Desk.start(data);
        client = desk.client();
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-background-networking",
                "--window-size=1400,1200");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .build(),
                options);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.quit();
        }
        if (desk != null) {
            desk.close();
        }
    }

    @BeforeEach
    void open() {
        browser.get(client.uri("/").toString());
        await("the page is live", () -> find("#connection").getText().equals("live"));
    }

    @AfterEach
    void noErrors() {
        List<LogEntry> errors = browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                .toList();
        assertThat(errors).isEmpty();
    }

    @Test
    void anUploadedIssueBecomesATaskInTheTable(@TempDir Path files) throws IOException {
        Path file = files.resolve("issues.ndjson");
        Files.writeString(
                file,
                Webhooks.issue("opened", 101, "Uploaded by hand") + "\nnot json\n"
                        + Webhooks.issue("closed", 102, "x"));
        find("#upload-file").sendKeys(file.toFile().getAbsolutePath());
        click("#upload-start");
        await("the result", () -> find("#upload-result").getText().contains("not well-formed JSON"));
        await("the task", () -> titlesOf("#tasks tbody tr[data-id='101']").contains("Uploaded by hand"));
        await("its neighbour", () -> titlesOf("#tasks tbody tr[data-id='102']").contains("completed"));
        await("the counter", () -> acknowledged() >= 2);
    }

    @Test
    void aSearchListsWhatMatches() {
        client.uploadForced(List.of(
                Webhooks.issue("opened", 201, "needle"),
                "{\"event\":\"push\",\"payload\":{\"ref\":\"refs/heads/haystack\"}}"));
        find("#events-filter-path").clear();
        find("#events-filter-path").sendKeys("payload.issue.title");
        find("#events-filter-value").clear();
        find("#events-filter-value").sendKeys("needle");
        click("#events-search");
        await("the match", () -> find("#events-list").getText().contains("needle"));
        assertThat(find("#events-list").getText()).doesNotContain("push");
    }

    @Test
    void theLoadGeneratorRaisesTheCounter() {
        await("figures", () -> !find("#total-acknowledged").getText().equals("–"));
        long before = acknowledged();
        find("#load-rate").clear();
        find("#load-rate").sendKeys("300");
        click("#load-start");
        await("the counter", () -> acknowledged() > before + 200);
        click("#load-stop");
        await("the end", () -> find("#load-start").isEnabled());
        assertThat(browser.findElements(By.cssSelector("#shards tbody tr"))).isNotEmpty();
    }

    @Test
    void aHostilePayloadIsText() {
        String hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
        client.uploadForced(List.of(Webhooks.issue("opened", 401, hostile)));
        await("the task", () -> titlesOf("#tasks tbody tr[data-id='401']").contains(hostile));
        find("#events-filter-path").clear();
        find("#events-filter-path").sendKeys("payload.issue.id");
        find("#events-filter-value").clear();
        find("#events-filter-value").sendKeys("401");
        click("#events-search");
        await(
                "the event",
                () -> !browser.findElements(By.cssSelector("#events-list summary"))
                        .isEmpty());
        click("#events-list summary");
        await("the payload", () -> find("#events-list").getText().contains("onerror"));
        assertThat(browser.findElements(By.cssSelector("main img, #events-list script")))
                .isEmpty();
        assertThat(browser.getTitle()).doesNotContain("owned");
    }

    private static WebElement find(String selector) {
        return browser.findElement(By.cssSelector(selector));
    }

    /** Again if the page moves at that moment: live tables grow above what is clicked. */
    private static void click(String selector) {
        await("a click on " + selector, () -> {
            WebElement element = find(selector);
            browser.executeScript("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element);
            element.click();
            return true;
        });
    }

    /** Empty while there is no such row. */
    private static String titlesOf(String selector) {
        List<WebElement> rows = browser.findElements(By.cssSelector(selector));
        return rows.isEmpty() ? "" : rows.get(0).getText();
    }

    private static long acknowledged() {
        String digits = find("#total-acknowledged").getText().replaceAll("\\D", "");
        return digits.isEmpty() ? -1 : Long.parseLong(digits);
    }

    private static void await(String what, BooleanSupplier condition) {
        new WebDriverWait(browser, GENEROUS)
                .withMessage(() -> what + ", page: " + find("body").getText())
                .ignoring(StaleElementReferenceException.class, ElementClickInterceptedException.class)
                .until(driver -> condition.getAsBoolean());
    }
}

package io.atalaya.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.read.ListAppender;
import io.atalaya.logging.LogQueue;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import tools.jackson.databind.json.JsonMapper;

/** What the shipped logging configuration makes of a log call. */
final class LogFormatTest {
    @Test
    void textIsOneLineThatNamesTheKeys() throws Exception {
        var line =
                logged("text", log -> log.atInfo().addKeyValue("tenant", "acme").log("session joined"));

        assertThat(line)
                .contains("INFO", "LogFormatTest", "session joined", "tenant=\"acme\"")
                .hasLineCount(1);
    }

    @Test
    void aHostileValueCannotForgeASecondLine() throws Exception {
        var line = logged(
                "text",
                log -> log.atInfo().addKeyValue("origin", "x\r\nINFO forged").log("origin\nrefused"));

        assertThat(line).hasLineCount(1).contains("origin refused").contains("x INFO forged");
    }

    @Test
    void jsonIsOneObjectWithMessageAndKeyValues() throws Exception {
        var line =
                logged("json", log -> log.atWarn().addKeyValue("tenant", "acme").log("session {}", "left"));

        var json = JsonMapper.shared().readTree(line);
        assertThat(line).hasLineCount(1);
        assertThat(json.path("level").asString()).isEqualTo("WARN");
        assertThat(json.path("formattedMessage").asString()).isEqualTo("session left");
        assertThat(json.path("kvpList").path(0).path("tenant").asString()).isEqualTo("acme");
    }

    @Test
    void librariesAreQuietAndOurLevelCanBeChosen() throws Exception {
        var context = configured("text", "DEBUG");

        assertThat(context.getLogger("io.netty").isInfoEnabled()).isFalse();
        assertThat(context.getLogger("io.atalaya.hub").getEffectiveLevel()).isEqualTo(Level.DEBUG);
        context.stop();
    }

    @FunctionalInterface
    private interface LogCall {
        void on(Logger log);
    }

    /** The line that the configured encoder writes for one log call. */
    private static String logged(String format, LogCall call) throws Exception {
        var context = configured(format, "INFO");
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        var queue = (LogQueue) onlyAppender(root.iteratorForAppenders());
        var console = (ConsoleAppender<ILoggingEvent>) onlyAppender(queue.iteratorForAppenders());
        root.detachAppender(queue);
        var events = new ListAppender<ILoggingEvent>();
        events.setContext(context);
        events.start();
        root.addAppender(events);
        call.on(context.getLogger(LogFormatTest.class));
        var bytes = console.getEncoder().encode(events.list.getFirst());
        context.stop();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Appender<ILoggingEvent> onlyAppender(Iterator<Appender<ILoggingEvent>> appenders) {
        var appender = appenders.next();
        assertThat(appenders.hasNext()).isFalse();
        return appender;
    }

    private static LoggerContext configured(String format, String level) throws Exception {
        var context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.putProperty("LOG_FORMAT", format);
        context.putProperty("LOG_LEVEL", level);
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Objects.requireNonNull(LogFormatTest.class.getResource("/logback.xml")));
        return context;
    }
}

import java.sql.SQLException;
import java.util.Properties;
import org.sqlite.JDBC;

/** Executes statements on an SQLite file: {@code java -cp <the packaged product> Sql.java <file> <statement>…} */
class Sql {
    public static void main(String... arguments) throws SQLException {
        String url = "jdbc:sqlite:" + arguments[0] + "?busy_timeout=5000";
        try (var connection = JDBC.createConnection(url, new Properties());
                var statement = connection.createStatement()) {
            for (int i = 1; i < arguments.length; i++) {
                statement.execute(arguments[i]);
            }
        }
    }
}

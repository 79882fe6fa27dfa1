import java.sql.DriverManager;
import java.sql.SQLException;

/** Executes statements on an SQLite file: {@code java -cp <the packaged product> Sql.java <file> <statement>…} */
class Sql {
    public static void main(String... arguments) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + arguments[0] + "?busy_timeout=5000");
                var statement = connection.createStatement()) {
            for (int i = 1; i < arguments.length; i++) {
                statement.execute(arguments[i]);
            }
        }
    }
}

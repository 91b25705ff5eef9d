import java.io.*;
import java.net.*;
import java.util.*;

/** Relay. */
public class Server {
    static final Map<String, PrintWriter> people = new TreeMap<>();

    static synchronized void tell(String text, String but) {
        people.forEach((name, out) -> { if (!name.equals(but)) out.println(text); });
    }

    static void serve(Socket link) {
        String name = null;
        try (var in = new BufferedReader(new InputStreamReader(link.getInputStream()))) {
            var out = new PrintWriter(link.getOutputStream(), true);
            name = in.readLine();
            synchronized (Server.class) {
                out.println("Welcome " + name);
                people.put(name, out);
                tell("* " + name + " joined", name);
            }
            for (String text; (text = in.readLine()) != null; ) tell(name + ": " + text, name);
        } catch (IOException gone) {
        }
        synchronized (Server.class) {
            people.remove(name);
            tell("* " + name + " left", name);
        }
    }

    public static void main(String[] args) throws IOException {
        var listener = new ServerSocket(Integer.parseInt(args[0]), 16, InetAddress.getLoopbackAddress());
        while (true) {
            Socket link = listener.accept();
            new Thread(() -> serve(link)).start();
        }
    }
}

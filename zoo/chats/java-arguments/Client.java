import java.io.*;
import java.net.*;

/** Client. */
public class Client {
    public static void main(String[] args) throws IOException {
        var typed = new BufferedReader(new InputStreamReader(System.in));
        if (args.length != 3) {
            System.err.println("usage: java Client HOST PORT NAME");
            System.exit(2);
        }
        String name = args[2];
        var link = new Socket(args[0], Integer.parseInt(args[1]));
        var out = new PrintWriter(link.getOutputStream(), true);
        var in = new BufferedReader(new InputStreamReader(link.getInputStream()));
        out.println(name);
        new Thread(() -> {
            try {
                for (String line; (line = in.readLine()) != null; ) System.out.println(line);
            } catch (IOException gone) {
            }
            System.exit(0);
        }).start();
        for (String line; (line = typed.readLine()) != null; ) out.println(line);
        System.exit(0);
    }
}

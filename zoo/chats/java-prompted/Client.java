import java.io.*;
import java.net.*;

/** Client. */
public class Client {
    public static void main(String[] args) throws IOException {
        var typed = new BufferedReader(new InputStreamReader(System.in));
        System.out.print("Name: ");
        String name = typed.readLine();
        var link = new Socket("localhost", 7070);
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

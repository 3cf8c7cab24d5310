import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A random text that a simple regular expression matches: groups, alternatives, classes and quantifiers. */
final class Matching {
    private final String pattern;
    private final Random random;
    private int at;

    Matching(String pattern, Random random) {
        this.pattern = pattern;
        this.random = random;
    }

    String text() {
        List<String> alternatives = new ArrayList<>();
        do alternatives.add(sequence());
        while (take("|"));
        return alternatives.get(random.nextInt(alternatives.size()));
    }

    private boolean take(String wanted) {
        boolean there = pattern.startsWith(wanted, at);
        if (there) at += wanted.length();
        return there;
    }

    private String sequence() {
        StringBuilder text = new StringBuilder();
        while (at < pattern.length() && "|)".indexOf(pattern.charAt(at)) < 0) {
            int start = at;
            atom();
            int times = times(), after = at;
            for (int i = 0; i < times; i++) {
                at = start;
                text.append(atom());
            }
            at = after;
        }
        return text.toString();
    }

    private int times() {
        if (take("?")) return random.nextInt(2);
        if (take("*")) return random.nextInt(5);
        if (take("+")) return 1 + random.nextInt(5);
        if (!take("{")) return 1;
        int close = pattern.indexOf('}', at);
        String[] bounds = pattern.substring(at, close).split(",", -1);
        at = close + 1;
        int least = Integer.parseInt(bounds[0]), most = least + 4;
        if (bounds.length == 1) most = least;
        else if (!bounds[1].isEmpty()) most = Integer.parseInt(bounds[1]);
        return least + random.nextInt(most - least + 1);
    }

    private String atom() {
        if (take("^") || take("$")) return "";
        if (take("(?:") || take("(")) {
            String inner = text();
            take(")");
            return inner;
        }
        String from = take("[") ? listed() : letters();
        return String.valueOf(from.charAt(random.nextInt(from.length())));
    }

    private String letters() {
        if (take(".") || take("\\w")) return "abcdefghij";
        if (take("\\d")) return "0123456789";
        if (take("\\s")) return " ";
        take("\\");
        return pattern.substring(at, ++at);
    }

    private String listed() {
        boolean not = take("^");
        StringBuilder listed = new StringBuilder();
        while (!take("]")) {
            String letters = pattern.charAt(at) == '\\' ? letters() : pattern.substring(at, ++at);
            listed.append(letters);
            if (pattern.charAt(at) == '-' && pattern.charAt(at + 1) != ']') {
                for (char c = letters.charAt(0); c < pattern.charAt(at + 1); ) listed.append(++c);
                at += 2;
            }
        }
        return not ? "abcxyz019 ".replaceAll("[" + listed + "]", "") : listed.toString();
    }
}

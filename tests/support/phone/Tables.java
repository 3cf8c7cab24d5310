import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.*;
import org.javarosa.core.model.*;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.condition.IFunctionHandler;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathFuncExpr;
import org.javarosa.xpath.parser.XPathSyntaxException;

/** What a question offers, with the CSV files that Collect reads beside JavaRosa: pulldata() and itemsets.csv. */
final class Tables {
    private static final Pattern QUERY = Pattern.compile("instance\\('(.*?)'\\)[^\\[]*(?:\\[(.*)])?", Pattern.DOTALL);
    private static final Set<Integer> SELECTS = Set.of(Constants.CONTROL_SELECT_ONE, Constants.CONTROL_SELECT_MULTI, Constants.CONTROL_RANK);

    private final FormDef form;
    private final Path media;
    private final Map<String, List<Map<String, String>>> read = new HashMap<>();

    Tables(FormDef form, Path media) {
        this.form = form;
        this.media = media;
    }

    /** The choices on the screen; null where the question is no select. */
    List<SelectChoice> choices(FormEntryPrompt prompt, TreeReference at) {
        String query = prompt.getQuestion().getAdditionalAttribute(null, "query");
        if (query != null) return external(query, at);
        if (!SELECTS.contains(prompt.getControlType())) return null;
        return prompt.getSelectChoices() == null ? List.of() : prompt.getSelectChoices();
    }

    IFunctionHandler pulldata() {
        return new IFunctionHandler() {
            @Override public String getName() { return "pulldata"; }
            @Override public List<Class[]> getPrototypes() { return List.of(); }
            @Override public boolean rawArgs() { return true; }
            @Override public boolean realTime() { return false; }

            @Override public Object eval(Object[] raw, EvaluationContext context) {
                String[] args = Arrays.stream(raw).map(XPathFuncExpr::toString).toArray(String[]::new);
                return rows(args[0]).stream().filter(row -> args[3].equals(row.get(args[2]))).map(row -> row.get(args[1])).findFirst().orElse("");
            }
        };
    }

    /** select_one_external: instance('list')/root/item[column=expression and …] over itemsets.csv. */
    private List<SelectChoice> external(String query, TreeReference at) {
        Matcher parts = QUERY.matcher(query);
        if (!parts.lookingAt()) throw new Filling.Refusal("a query that is not understood: " + query);
        Map<String, String> wanted = new HashMap<>(Map.of("list_name", parts.group(1)));
        for (String condition : parts.group(2) == null ? new String[0] : parts.group(2).split("\\sand\\s")) {
            String[] sides = condition.split("=", 2);
            wanted.put(sides[0].trim(), value(sides[1].trim(), at));
        }
        List<SelectChoice> offered = new ArrayList<>();
        for (Map<String, String> row : rows("itemsets")) {
            if (!wanted.entrySet().stream().allMatch(w -> w.getValue().equals(row.get(w.getKey())))) continue;
            SelectChoice choice = new SelectChoice(row.get("label"), row.get("name"), false);
            choice.setIndex(offered.size());
            offered.add(choice);
        }
        return offered;
    }

    private String value(String expression, TreeReference at) {
        try {
            EvaluationContext here = new EvaluationContext(form.getEvaluationContext(), at);
            return XPathFuncExpr.toString(XPathParseTool.parseXPath(expression).eval(form.getMainInstance(), here));
        } catch (XPathSyntaxException e) {
            throw new Filling.Refusal("an expression that is not understood: " + expression);
        }
    }

    private List<Map<String, String>> rows(String name) {
        return read.computeIfAbsent(name, n -> {
            Path file = media.resolve(n + ".csv");
            if (!Files.exists(file)) throw new Filling.Refusal("the form's media lacks " + file.getFileName());
            try (CSVParser records = CSVParser.parse(Files.readString(file), CSVFormat.DEFAULT.withFirstRecordAsHeader())) {
                return records.getRecords().stream().map(CSVRecord::toMap).toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}

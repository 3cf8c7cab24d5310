import java.awt.image.BufferedImage;
import java.io.*;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.*;
import java.util.*;
import org.javarosa.core.model.*;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.data.*;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.xpath.XPathConditional;
import org.javarosa.xpath.expr.*;

/**
 * Random answers: a first one that looks plausible, then ones that the constraint itself suggests. It also makes the
 * files that a camera or a microphone would. Whether an answer is acceptable is the engine's decision, not this class's.
 */
final class Guess {
    private static final List<String> WORDS = List.of("air", "batu", "damar", "embun", "gambut", "hutan", "jati", "kapuas", "lebah",
        "meranti", "nipah", "ombak", "pasir", "rotan", "sungai", "tengkawang", "ulin", "wangi", "Zoë", "東", "đò", "a<b&c", "\"kutip\"");
    private static final Map<Integer, String> UPLOADS = Map.of(Constants.CONTROL_IMAGE_CHOOSE, "jpg", Constants.CONTROL_AUDIO_CAPTURE, "m4a",
        Constants.CONTROL_VIDEO_CAPTURE, "mp4", Constants.CONTROL_FILE_CAPTURE, "pdf", Constants.CONTROL_OSM_CAPTURE, "osm");

    /** What a constraint compares with. */
    record Hints(List<Double> numbers, List<LocalDate> days, List<String> texts, List<String> patterns) { }

    private final FormDef form;
    private final Random random;
    private final Path files;
    private long stamp;

    Guess(FormDef form, Random random, Path files) {
        this.form = form;
        this.random = random;
        this.files = files;
        stamp = 1_700_000_000_000L + random.nextInt(1_000_000_000); // Collect names files by the clock; these repeat with the seed
    }

    /** A candidate; null when there is none. */
    IAnswerData answer(FormEntryPrompt prompt, List<SelectChoice> choices, Hints hints, int attempt) {
        if (choices != null) return choices.isEmpty() ? null : choice(prompt, choices, attempt);
        if (isUpload(prompt)) return new StringData(file(UPLOADS.get(prompt.getControlType()), ""));
        if (prompt.getControlType() == Constants.CONTROL_TRIGGER) return new StringData("OK");
        if (prompt.getQuestion() instanceof RangeQuestion range) return step(range, prompt.getDataType());
        return switch (prompt.getDataType()) {
            case Constants.DATATYPE_INTEGER -> new IntegerData((int) Math.rint(number(hints, attempt)));
            case Constants.DATATYPE_DECIMAL -> new DecimalData(Math.round(number(hints, attempt) * 1000) / 1000.0);
            case Constants.DATATYPE_DATE -> new DateData(date(day(hints, attempt), LocalTime.MIDNIGHT));
            case Constants.DATATYPE_TIME -> new TimeData(date(LocalDate.now(), time()));
            case Constants.DATATYPE_DATE_TIME -> new DateTimeData(date(day(hints, attempt), time()));
            case Constants.DATATYPE_GEOPOINT -> new GeoPointData(line(1, false).get(0));
            case Constants.DATATYPE_GEOTRACE -> new GeoTraceData(new GeoTraceData.GeoTrace(line(3, false)));
            case Constants.DATATYPE_GEOSHAPE -> new GeoShapeData(new GeoShapeData.GeoShape(line(4, true)));
            case Constants.DATATYPE_BARCODE -> new StringData(new Matching("[0-9]{13}", random).text());
            default -> new StringData(text(hints, attempt));
        };
    }

    private IAnswerData choice(FormEntryPrompt prompt, List<SelectChoice> choices, int attempt) {
        List<SelectChoice> order = new ArrayList<>(choices);
        Collections.shuffle(order, random);
        boolean some = prompt.getControlType() == Constants.CONTROL_SELECT_MULTI; // rank takes them all
        int count = some ? 1 + random.nextInt(Math.min(order.size(), attempt % 3 == 1 ? 1 : 8)) : order.size();
        return chosen(prompt, order.subList(0, count).stream().map(SelectChoice::selection).toList());
    }

    /** The answer that the question's control makes of what was chosen. */
    static IAnswerData chosen(FormEntryPrompt prompt, List<Selection> chosen) {
        return switch (prompt.getControlType()) {
            case Constants.CONTROL_INPUT -> new StringData(chosen.get(0).getValue());
            case Constants.CONTROL_SELECT_ONE -> new SelectOneData(chosen.get(0));
            default -> new SelectMultiData(new ArrayList<>(chosen));
        };
    }

    private IAnswerData step(RangeQuestion range, int type) {
        BigDecimal start = range.getRangeStart(), span = range.getRangeEnd().subtract(start), step = range.getRangeStep().abs();
        int steps = span.abs().divide(step, 0, RoundingMode.FLOOR).intValue();
        BigDecimal value = start.add(step.multiply(BigDecimal.valueOf((long) random.nextInt(steps + 1) * span.signum())));
        return type == Constants.DATATYPE_INTEGER ? new IntegerData(value.intValue()) : new DecimalData(value.doubleValue());
    }

    private double number(Hints hints, int attempt) {
        String digits = hints.patterns.isEmpty() ? "" : new Matching(pick(hints.patterns), random).text();
        if (digits.matches("\\d{1,9}")) return Double.parseDouble(digits);
        if (hints.numbers.isEmpty() || attempt % 6 == 5) return random.nextDouble() * Math.pow(10, 2 + attempt % 7);
        double a = pick(hints.numbers), b = pick(hints.numbers);
        return switch (attempt % 5) {
            case 0 -> a + (b - a) * random.nextDouble();
            case 1 -> a + random.nextDouble() * Math.max(10, Math.abs(a));
            default -> a + attempt % 5 - 3; // one below, at, one above
        };
    }

    private LocalDate day(Hints hints, int attempt) {
        if (attempt == 0 || hints.days.isEmpty()) return LocalDate.now().minusDays(random.nextInt(attempt % 2 == 0 ? 700 : 20_000));
        return pick(hints.days).plusDays(List.of(0, 1, -1, 30, -30, 400, -400).get(attempt % 7));
    }

    private LocalTime time() { return LocalTime.ofNanoOfDay(random.nextInt(86_400_000) * 1_000_000L); }

    private static Date date(LocalDate day, LocalTime time) { return Date.from(day.atTime(time).atZone(ZoneId.systemDefault()).toInstant()); }

    private String text(Hints hints, int attempt) {
        if (!hints.patterns.isEmpty()) return new Matching(pick(hints.patterns), random).text();
        int length = hints.numbers.isEmpty() ? 4 : Math.max(1, Math.min(500, pick(hints.numbers).intValue() - attempt % 2));
        return switch (attempt % 4) {
            case 0 -> pick(WORDS) + " " + pick(WORDS) + " " + random.nextInt(1000);
            case 1 -> new Matching("[a-z]{" + length + "}", random).text();
            case 2 -> new Matching("[0-9]{" + length + "}", random).text();
            default -> pick(hints.texts.isEmpty() ? WORDS : hints.texts);
        };
    }

    private ArrayList<double[]> line(int points, boolean closed) {
        double latitude = random.nextInt(10_000_000) / 1e7, longitude = 109 + random.nextInt(10_000_000) / 1e7;
        ArrayList<double[]> line = new ArrayList<>();
        for (int i = 0; i < points; i++) line.add(new double[] {latitude + i / 1024.0, longitude + i * i / 1024.0, random.nextInt(90), 4.5});
        if (closed) line.add(line.get(0).clone());
        return line;
    }

    private <T> T pick(List<T> of) { return of.get(random.nextInt(of.size())); }

    static boolean isUpload(FormEntryPrompt prompt) { return UPLOADS.containsKey(prompt.getControlType()); }

    /** Make a file and give its name; one of that name that the job brought along stays as it is. */
    String file(String extension, String name) {
        String made = name.isEmpty() ? stamp++ + "." + extension : name;
        Path file = files.resolve(made);
        if (Files.exists(file)) return made;
        byte[] noise = new byte[800];
        random.nextBytes(noise);
        try (OutputStream out = Files.newOutputStream(file)) {
            if (made.endsWith("jpg")) {
                BufferedImage picture = new BufferedImage(16, 12, BufferedImage.TYPE_3BYTE_BGR);
                picture.getRaster().setDataElements(0, 0, 16, 12, noise);
                javax.imageio.ImageIO.write(picture, "jpg", out);
            } else {
                out.write(noise);
            }
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Read a constraint: each part of it that does not speak of the answer itself is something to compare with. */
    Hints hints(TreeReference at) {
        Hints hints = new Hints(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        TreeElement node = form.getMainInstance().resolveReference(at);
        if (node.getConstraint() != null && node.getConstraint().constraint instanceof XPathConditional condition) {
            collect(condition.getExpr(), new EvaluationContext(form.getEvaluationContext(), at), hints);
        }
        return hints;
    }

    private void collect(XPathExpression part, EvaluationContext context, Hints hints) {
        if (part instanceof XPathFuncExpr call && call.id.name.equals("regex")) {
            hints.patterns.add(XPathFuncExpr.toString(call.args[1].eval(form.getMainInstance(), context)));
        } else if (speaksOfSelf(part)) {
            parts(part).forEach(p -> collect(p, context, hints));
        } else {
            note(XPathFuncExpr.unpack(part.eval(form.getMainInstance(), context)), hints);
        }
    }

    private static void note(Object value, Hints hints) {
        String text = XPathFuncExpr.toString(value);
        if (value instanceof String && !text.isEmpty()) hints.texts.add(text);
        if (value instanceof Date date) hints.days.add(LocalDate.ofInstant(date.toInstant(), ZoneId.systemDefault()));
        else if (text.matches("\\d{4}-\\d\\d-\\d\\d")) hints.days.add(LocalDate.parse(text));
        else if (text.matches("-?\\d{1,9}(\\.\\d+)?")) hints.numbers.add(Double.parseDouble(text));
        if (value instanceof Double days && days > 5000 && days < 60_000) hints.days.add(LocalDate.ofEpochDay(days.longValue())); // decimal-date-time()
    }

    private static boolean speaksOfSelf(XPathExpression part) {
        if (part instanceof XPathPathExpr path) return path.steps.length == 1 && path.steps[0].axis == XPathStep.AXIS_SELF;
        return parts(part).stream().anyMatch(Guess::speaksOfSelf);
    }

    private static List<XPathExpression> parts(XPathExpression whole) {
        if (whole instanceof XPathBinaryOpExpr two) return List.of(two.a, two.b);
        if (whole instanceof XPathUnaryOpExpr one) return List.of(one.a);
        return whole instanceof XPathFuncExpr call ? List.of(call.args) : List.of();
    }
}

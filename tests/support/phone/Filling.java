import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import org.javarosa.core.model.*;
import org.javarosa.core.model.actions.recordaudio.RecordAudioActions;
import org.javarosa.core.model.data.*;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.*;
import org.javarosa.core.services.transport.payload.ByteArrayPayload;
import org.javarosa.core.util.PropertyUtils;
import org.javarosa.form.api.*;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XPathReference;
import org.javarosa.xform.parse.XFormParser;

/**
 * One form filled in, from the first screen to the finalised instance.
 *
 * Job: "seed"; "answers", fixed answers by path without the root ("/g/r[2]/q", or "/g/r/q" for each instance);
 * "repeats", the most instances of a repeat, or their exact numbers by path; "skip", the chance that an optional
 * question stays blank; "language"; "edit", an earlier instance whose answers stay unless fixed ones replace them.
 * The engine's own checks decide what is acceptable; this class never judges a value.
 */
final class Filling {
    private static final int ATTEMPTS = 60;

    /** The form or the job cannot be followed. */
    static class Refusal extends RuntimeException {
        Refusal(String message) { super(message); }
    }

    /** Earlier random answers left a question without an acceptable one. */
    static final class DeadEnd extends Refusal {
        DeadEnd(String message) { super(message); }
    }

    private final FormDef form;
    private final JsonNode job;
    private final JsonNode answers;
    private final Random random;
    private final FormEntryModel model;
    private final FormEntryController controller;
    private final Tables tables;
    private final Guess guess;
    private final Path files;
    private final boolean editing;
    private final Set<String> asked = new HashSet<>();
    private final Map<String, Integer> planned = new HashMap<>();
    private final List<TreeReference> recordings = new ArrayList<>();
    private final StringBuilder audit = new StringBuilder("event,node,start,end\n");

    Filling(FormDef form, JsonNode job, int attempt) {
        this.form = form;
        this.job = job;
        answers = job.path("answers");
        random = new Random((job.path("seed").asLong() * 1000 + attempt) * 0x9E3779B97F4A7C15L); // near seeds would begin alike
        model = new FormEntryModel(form);
        controller = new FormEntryController(model);
        tables = new Tables(form, Path.of(job.path("form").asText(), "media"));
        files = Path.of(job.path("out").asText(), "files");
        guess = new Guess(form, random, files);
        editing = job.hasNonNull("edit");
    }

    void run(ObjectNode result) throws Exception {
        RecordAudioActions.setRecordAudioListener((reference, quality) -> recordings.add(reference));
        controller.addFunctionHandler(tables.pulldata());
        if (editing) {
            restore(Files.readAllBytes(Path.of(job.path("edit").asText())));
            controller.addPostProcessor(m -> deprecate());
        }
        form.initialize(!editing, new InstanceInitializationFactory());
        if (job.hasNonNull("language")) controller.setLanguage(job.path("language").asText());
        knowEveryPath();
        log("form start", "");
        controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        walk();
        satisfy();
        for (TreeReference recording : recordings) {
            if (form.getMainInstance().resolveReference(recording).getValue() != null) continue; // an edit keeps its own
            form.setValue(new StringData(guess.file("m4a", "")), recording, true);
        }
        TreeElement meta = form.getInstance().getRoot().getFirstChild("meta");
        if (meta.getFirstChild("audit") != null) {
            meta.getFirstChild("audit").setValue(new StringData("audit.csv"));
            log("form finalize", "");
            Files.writeString(files.resolve("audit.csv"), audit);
        }
        controller.finalizeFormEntry();
        Files.write(files.resolveSibling("instance.xml"), serialise());
        String id = meta.getFirstChild("instanceID").getValue().getDisplayText();
        result.put("title", form.getTitle()).put("instanceID", id).put("asked", asked.size());
    }

    private void walk() {
        for (int event; (event = controller.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM; ) {
            FormIndex at = model.getFormIndex();
            if (event == FormEntryController.EVENT_QUESTION) {
                answer(at, false);
            } else if (event == FormEntryController.EVENT_PROMPT_NEW_REPEAT) {
                if (at.getElementMultiplicity() < wanted(at)) controller.newRepeat();
            } else if (event == FormEntryController.EVENT_REPEAT && exactly(at) == 0) {
                controller.jumpToIndex(controller.deleteRepeat()); // a form opens with one instance of each repeat
            }
        }
    }

    /** Correct what later answers made wrong: on finalising, Collect leads back to the first such question. */
    private void satisfy() {
        ValidateOutcome wrong;
        for (int round = 0; (wrong = form.validate()) != null; round++) {
            if (round == 10) throw new DeadEnd("still not valid: " + path(wrong.failedPrompt.getReference(), true));
            controller.jumpToIndex(wrong.failedPrompt);
            answer(wrong.failedPrompt, true);
            walk();
        }
    }

    private void answer(FormIndex at, boolean again) {
        FormEntryPrompt prompt = model.getQuestionPrompt(at);
        if (prompt.isReadOnly()) return;
        TreeReference reference = at.getReference();
        String where = path(reference, true);
        boolean first = asked.add(where);
        log("question", where);
        List<SelectChoice> choices = tables.choices(prompt, reference);
        JsonNode fixed = answers.has(where) ? answers.get(where) : answers.get(path(reference, false));
        if (fixed != null) {
            if (accepts(at, fixed.isNull() ? null : typed(fixed.asText(), prompt, choices, where))) return;
            throw new Refusal("the form does not accept the answer given for " + where);
        }
        IAnswerData before = prompt.getAnswerValue();
        boolean keep = !again && (editing || before != null && (!first || random.nextBoolean()));
        if (keep && accepts(at, before)) return;
        boolean skip = !again && !prompt.isRequired() && random.nextDouble() < job.path("skip").asDouble();
        if (skip && accepts(at, null)) return;
        Guess.Hints hints = guess.hints(reference);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            IAnswerData candidate = guess.answer(prompt, choices, hints, attempt);
            if (candidate != null && accepts(at, candidate)) return;
        }
        if (choices != null && choices.isEmpty() && accepts(at, null)) return;
        throw new DeadEnd("no acceptable answer found for " + where);
    }

    private boolean accepts(FormIndex at, IAnswerData answer) {
        return controller.answerQuestion(at, answer, true) == FormEntryController.ANSWER_OK;
    }

    /** A fixed answer, written as the XML would hold it, as the engine's own type. */
    private IAnswerData typed(String fixed, FormEntryPrompt prompt, List<SelectChoice> choices, String where) {
        if (Guess.isUpload(prompt)) return new StringData(guess.file("", fixed));
        if (choices == null) return AnswerDataFactory.templateByDataType(prompt.getDataType()).cast(new UncastData(fixed));
        List<Selection> chosen = new ArrayList<>();
        for (String name : fixed.trim().split("\\s+")) { // a choice's name has no space (XLSForm, choices)
            chosen.add(choices.stream().filter(c -> c.getValue().equals(name)).findFirst()
                .orElseThrow(() -> new Refusal("a choice given for " + where + " is not offered")).selection());
        }
        return Guess.chosen(prompt, chosen);
    }

    /** The exact number of instances asked for, -1 where any will do. */
    private int exactly(FormIndex at) {
        return job.path("repeats").path(path(at.getReference(), false)).asInt(-1);
    }

    private int wanted(FormIndex at) {
        int exactly = exactly(at);
        if (exactly >= 0) return exactly;
        String repeat = path(at.getReference().getParentRef(), true) + "/" + at.getReference().getNameLast();
        return planned.computeIfAbsent(repeat, r -> random.nextInt(job.path("repeats").asInt(3) + 1));
    }

    /** "/g/r[2]/q": without the root, with each repeat's number where `numbered`. */
    private String path(TreeReference reference, boolean numbered) {
        StringBuilder path = new StringBuilder();
        for (int i = 1; i < reference.size(); i++) {
            path.append('/').append(reference.getName(i));
            if (!numbered) continue;
            TreeElement node = form.getMainInstance().resolveReference(reference.getSubReference(i));
            if (node != null && node.isRepeatable()) path.append('[').append(reference.getMultiplicity(i) + 1).append(']');
        }
        return path.toString();
    }

    private void knowEveryPath() {
        List<String> paths = new ArrayList<>();
        answers.fieldNames().forEachRemaining(paths::add);
        job.path("repeats").fieldNames().forEachRemaining(paths::add);
        for (String path : paths) {
            TreeElement node = form.getInstance().getRoot();
            for (String name : path.replaceAll("\\[\\d+]", "").substring(1).split("/")) {
                node = node == null ? null : node.getFirstChild(name);
            }
            if (node == null) throw new Refusal("the form has no " + path);
        }
    }

    private void restore(byte[] earlier) {
        TreeElement restored = form.getInstance().getRoot().deepCopy(true);
        restored.populate(XFormParser.restoreDataModel(earlier, null).getRoot(), form);
        form.getInstance().setRoot(restored);
    }

    /** An edit is a new instance that names the one it replaces (OpenRosa Metadata Schema, deprecatedID). */
    private void deprecate() {
        TreeElement meta = form.getInstance().getRoot().getFirstChild("meta");
        TreeElement id = meta.getFirstChild("instanceID");
        TreeElement replaced = meta.getFirstChild("deprecatedID");
        if (replaced == null) {
            replaced = new TreeElement("deprecatedID");
            replaced.setNamespace(id.getNamespace());
            replaced.setNamespacePrefix(id.getNamespacePrefix());
            meta.addChild(replaced);
        }
        replaced.setAnswer(id.getValue());
        id.setAnswer(new StringData("uuid:" + PropertyUtils.genUUID()));
    }

    private byte[] serialise() throws Exception {
        SubmissionProfile profile = form.getSubmissionProfile();
        IDataReference root = profile == null || profile.getRef() == null ? new XPathReference("/") : profile.getRef();
        XFormSerializingVisitor visitor = new XFormSerializingVisitor(); // leaves out what is not relevant
        try (InputStream xml = ((ByteArrayPayload) visitor.createSerializedPayload(form.getInstance(), root)).getPayloadStream()) {
            return xml.readAllBytes();
        }
    }

    private void log(String event, String where) {
        long now = System.currentTimeMillis();
        audit.append(event).append(',').append(where).append(',').append(now).append(',').append(now).append('\n');
    }
}

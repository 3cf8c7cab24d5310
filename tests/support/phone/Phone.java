import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import kotlin.Pair;
import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.actions.setgeopoint.SetGeopointAction;
import org.javarosa.core.model.actions.setgeopoint.SetGeopointActionHandler;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.reference.PrefixedRootFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.PropertyManager;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.parse.IXFormParserFactory;
import org.javarosa.xform.parse.XFormParser;
import org.javarosa.xform.parse.XFormParserFactory;
import org.javarosa.xform.util.XFormUtils;
import org.opendatakit.validate.StubPropertyManager;
import org.opendatakit.validate.StubReference;

/**
 * A phone without a screen: fills forms with JavaRosa, wired as ODK Collect wires it.
 *
 * Reads one JSON job a line on stdin and answers each with one JSON line on stdout. A job names a folder with
 * form.xml and media/ ("form"), a folder for what is made ("out": instance.xml and files/), and how to answer;
 * see Filling. This class owns the wiring and the protocol, never an answer.
 */
public final class Phone {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> metadata = new HashMap<>();

    public static void main(String[] args) throws Exception {
        PrintStream results = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err); // JavaRosa prints; stdout carries results alone
        wire();
        BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        // JavaRosa recurses over the form, so the stack is deep
        Thread worker = new Thread(null, () -> jobs.lines().forEach(job -> results.println(work(job))), "phone", 256 << 20);
        worker.start();
        worker.join();
    }

    private static ObjectNode work(String line) {
        ObjectNode result = JSON.createObjectNode();
        try {
            JsonNode job = JSON.readTree(line);
            metadata.clear();
            job.path("metadata").fields().forEachRemaining(e -> metadata.put(e.getKey(), e.getValue().asText()));
            for (int attempt = 0; ; attempt++) {
                try {
                    new Filling(load(Path.of(job.path("form").asText())), job, attempt).run(result);
                    return result.put("ok", true);
                } catch (Filling.DeadEnd e) { // begin again and answer otherwise, as a person would go back
                    if (attempt == 40) throw e;
                }
            }
        } catch (Throwable e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            return result.put("ok", false).put("error", e instanceof Filling.Refusal ? e.getMessage() : trace.toString());
        }
    }

    private static FormDef load(Path form) throws Exception {
        ReferenceManager.instance().reset();
        ReferenceManager.instance().addReferenceFactory(new Media(form.resolve("media")));
        return XFormUtils.getFormFromFormXml(form.resolve("form.xml").toString(), "jr://file/last-saved.xml");
    }

    private static void wire() {
        PropertyManager.setPropertyManager(new StubPropertyManager() { // what jr:preload="property" reads
            @Override public String getSingularProperty(String name) { return metadata.getOrDefault(name, ""); }
        });
        PrototypeManager.registerPrototypes(JavaRosaCoreModule.classNames);
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        XFormParser.registerActionHandler(SetGeopointActionHandler.ELEMENT_NAME, new SetGeopointActionHandler() {
            @Override public SetGeopointAction getSetGeopointAction() { return new Gps(); }
        });
        XFormUtils.setXFormParserFactory(new IXFormParserFactory.Wrapper(new XFormParserFactory()) {
            @Override public XFormParser apply(XFormParser parser) {
                parser.addProcessor(new EntitiesVersion());
                return parser;
            }
        });
    }

    /** Collect does not open a form whose entities specification it does not know (ODK Entities, entities-version). */
    private static final class EntitiesVersion implements XFormParser.ModelAttributeProcessor {
        @Override public Set<Pair<String, String>> getModelAttributes() {
            return Set.of(new Pair<>("http://www.opendatakit.org/xforms/entities", "entities-version"));
        }

        @Override public void processModelAttribute(String name, String value) {
            if (!value.matches("(2022|2023|2024|2025)\\.1.*")) throw new Filling.Refusal("unknown entities-version " + value);
        }
    }

    /** The position that odk:setgeopoint asks for; this device has it at once. */
    private static final class Gps extends SetGeopointAction {
        Gps() { super((TreeReference) null); }

        @Override public void requestLocationUpdates() { saveLocationValue("-0.0263303 109.3425039 2.5 4.8"); }
    }

    /** jr://HOST/name is a file of the form's media folder, for every HOST that Collect maps to it. */
    private static final class Media extends PrefixedRootFactory {
        private final Path folder;

        Media(Path folder) {
            super(new String[] {"images", "image", "audio", "video", "file-csv", "file"});
            this.folder = folder;
        }

        @Override protected Reference factory(String name, String uri) {
            Path file = folder.resolve(name.substring(1)); // the name begins with the slash
            if (!Files.exists(file)) throw new Filling.Refusal("the form's media lacks " + file.getFileName());
            return new StubReference() {
                @Override public boolean doesBinaryExist() { return true; }
                @Override public String getURI() { return uri; }
                @Override public String getLocalURI() { return file.toString(); }
            };
        }
    }
}

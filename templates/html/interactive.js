const $ = id => document.getElementById(id);
const say = DATA.say;
const current = Object.fromEntries(DATA.givens.map(given => [given.key, given.value]));
let at = -1, results = [], isQuiz = false;
const answered = new Set();

// --- numbers
const show = value => {
  if (!Number.isFinite(value)) return say.undefined;
  const [mantissa, exponent] = String(Number(value.toPrecision(DATA.digits))).split("e");
  const raised = exponent && exponent.replace("+", "").replace("-", "⁻").replace(/\d/g, d => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]);
  return mantissa.replace("-", "−") + (raised ? `·10${raised}` : "");
};
const read = text => {
  const found = /^\s*([+−-]?[\d.]+(?:e[+-]?\d+)?)\s*(?:\/\s*(\d+(?:\.\d+)?))?\s*$/i.exec(text.replace(",", "."));
  return found ? Number(found[1].replace("−", "-")) / Number(found[2] ?? 1) : NaN;
};
const isNear = (a, b) => Math.abs(a - b) <= 0.005 * Math.max(Math.abs(b), 1e-3) + 1e-12;
const isShown = (a, b) => show(a) === show(b) || isNear(a, b);
const evaluate = values => run(DATA.inputs.map(key => values[key]));
const value = key => results[DATA.values[key]];
const adjoint = key => results[DATA.adjoints[key]];
const local = edge => results[DATA.locals[edge]];
const inBrackets = number => (number < 0 ? `(${show(number)})` : show(number));

// --- what the graph shows
const nodes = [...document.querySelectorAll("[data-node]")];
const edges = [...document.querySelectorAll("[data-edge]")];
const text = (group, role) => group.querySelector(`[data-role="${role}"]`);
const put = (element, words) => { if (element && element.textContent !== words) element.textContent = words; };

// A moment's result is known once it is reached, in a quiz once it is answered.
const isKnown = index => (at === -1 && !isQuiz) || (index <= at && (!isQuiz || answered.has(index)));
const momentOf = {};
DATA.moments.forEach((moment, k) => {
  momentOf[`${moment.phase} ${moment.phase === "local" ? moment.edges[0] : moment.about}`] = k;
});
const known = name => momentOf[name] === undefined || isKnown(momentOf[name]);

const paint = () => {
  const now = DATA.moments[at];
  for (const group of nodes) {
    const key = group.dataset.node;
    put(text(group, "value"), `→ ${known(`forward ${key}`) ? show(value(key)) : "?"}`);
    put(text(group, "adjoint"), `← ${known(`backward ${key}`) ? show(adjoint(key)) : "?"}`);
    group.classList.toggle("now", Boolean(now) && now.about === key);
  }
  for (const group of edges) {
    const edge = group.dataset.edge, label = text(group, "local");
    if (label && edge in DATA.prefixes) {
      put(label, `${DATA.prefixes[edge]} = ${known(`local ${edge}`) ? show(local(edge)) : "?"}`);
    } else if (label && edge in DATA.locals) {
      put(label, known(`local ${edge}`) ? show(local(edge)) : "?");
    }
    group.classList.toggle("now", Boolean(now) && now.edges.includes(edge));
  }
};

// --- the moment
const formulas = [...$("formulas").children];
const factors = moment => moment.edges.map(edge => [adjoint(edge.split(" ")[1]) ?? 1, local(edge)]);
const answerOf = moment => {
  if (moment.phase === "forward") return value(moment.about);
  return moment.phase === "local" ? local(moment.edges[0]) : adjoint(moment.about);
};
const worked = moment => {
  const result = show(answerOf(moment));
  if (moment.phase === "forward") {
    const used = moment.edges.map(edge => edge.split(" ")[0]);
    return `${used.map(key => `${DATA.labels[key]} = ${show(value(key))}`).join(", ")} → ${DATA.labels[moment.about]} = ${result}`;
  }
  if (moment.phase === "local") return `= ${result}`;
  return `= ${factors(moment).map(([a, b]) => `${inBrackets(a)} · ${inBrackets(b)}`).join(" + ")} = ${result}`;
};
const tell = () => {
  const moment = DATA.moments[at];
  const place = `${say.moment} ${at + 1} ${say.of} ${DATA.moments.length}`;
  put($("where"), moment ? `${place}: ${say[moment.phase]}` : say.overview);
  formulas.forEach((formula, k) => { formula.hidden = k !== at; });
  put($("numbers"), moment && isKnown(at) ? worked(moment) : "");
  $("ask").hidden = !(isQuiz && moment && !answered.has(at));
  put($("question"), moment && moment.phase === "forward" ? say.question : say["ask gradient"]);
  $("back").disabled = at < 0;
  $("next").disabled = at >= DATA.moments.length - 1;
};
const go = index => {
  at = Math.max(-1, Math.min(DATA.moments.length - 1, index));
  put($("verdict"), "");
  $("answer").value = "";
  tell();
  paint();
};

// --- the curve
const box = { left: 40, right: 392, top: 10, bottom: 210 }, samples = 120;
const plot = () => {
  const select = $("along");
  if (!select) return;
  const key = select.value, given = DATA.givens.find(each => each.key === key);
  const low = Math.min(given.min, current[key]), high = Math.max(given.max, current[key]);
  const points = Array.from({ length: samples + 1 }, (_, k) => {
    const x = low + (high - low) * k / samples;
    return [x, evaluate({ ...current, [key]: x })[DATA.values[DATA.loss]]];
  });
  const heights = points.map(point => point[1]).filter(Number.isFinite);
  const loss = value(DATA.loss), slope = adjoint(key);
  const least = Math.min(...heights, loss), most = Math.max(...heights, loss), span = most - least || 1;
  const x = v => box.left + (box.right - box.left) * (v - low) / (high - low);
  const y = v => box.bottom - (box.bottom - box.top) * (v - least) / span;
  let path = "", isDown = false;
  for (const [u, v] of points) {
    path += Number.isFinite(v) ? `${isDown ? "L" : "M"}${x(u).toFixed(1)} ${y(v).toFixed(1)}` : "";
    isDown = Number.isFinite(v);
  }
  $("line").setAttribute("d", path);
  const isDefined = Number.isFinite(loss) && Number.isFinite(slope);
  let reach = (high - low) / 5;
  if (Math.abs(slope) * reach > span / 2) reach = span / 2 / Math.abs(slope);
  const end = side => `${x(current[key] + side * reach).toFixed(1)} ${y(loss + side * reach * slope).toFixed(1)}`;
  $("tangent").setAttribute("d", isDefined ? `M${end(-1)}L${end(1)}` : "");
  $("point").setAttribute("cx", x(current[key]).toFixed(1));
  $("point").setAttribute("cy", (Number.isFinite(loss) ? y(loss) : -20).toFixed(1));
  put($("low"), show(low)); put($("high"), show(high)); put($("top"), show(most)); put($("bottom"), show(least));
  const hidden = isQuiz || !known(`backward ${key}`);
  put($("slope"), `${say.slope} ${hidden ? "?" : show(slope)}`);
};

// --- given values
const refresh = source => {
  results = evaluate(current);
  DATA.givens.forEach((given, k) => {
    for (const id of [`s${k}`, `n${k}`]) {
      if (source !== id) $(id).value = String(Number(current[given.key].toPrecision(12)));
    }
  });
  answered.clear();
  tell(); paint(); plot();
};
DATA.givens.forEach((given, k) => {
  for (const id of [`s${k}`, `n${k}`]) {
    $(id).addEventListener("input", event => {
      const number = event.target.valueAsNumber;
      if (Number.isFinite(number)) { current[given.key] = number; refresh(id); }
    });
  }
});
$("reset").addEventListener("click", () => {
  for (const given of DATA.givens) current[given.key] = given.value;
  refresh();
});
$("along")?.addEventListener("change", plot);
$("update")?.addEventListener("click", () => {
  const rate = $("rate").valueAsNumber, steps = DATA.moved.map(key => [key, current[key] - rate * adjoint(key)]);
  if (steps.every(([, moved]) => Number.isFinite(moved))) { Object.assign(current, Object.fromEntries(steps)); refresh(); }
});

// --- the quiz
const mistake = (moment, given) => {
  const right = answerOf(moment);
  if (isShown(given, right)) return "right";
  if (moment.phase === "backward") {
    const parts = factors(moment), sum = all => all.reduce((a, b) => a + b, 0), products = parts.map(([a, b]) => a * b);
    if (parts.length > 1 && products.some((_, k) => isShown(given, sum(products.filter((_, j) => j !== k))))) return "missing path";
    if (isShown(given, sum(parts.map(part => part[1])))) return "no incoming";
    if (isShown(given, sum(parts.map(part => part[0])))) return "no local";
    if (isShown(given, sum(parts.map(([a, b]) => a + b)))) return "added";
  }
  return isShown(given, -right) ? "sign" : "wrong";
};
const another = (moment, given) => {
  const table = moment.phase === "forward" ? value : adjoint;
  return Object.keys(moment.phase === "forward" ? DATA.values : DATA.adjoints)
    .find(key => key !== moment.about && isShown(given, table(key)));
};
$("ask").addEventListener("submit", event => {
  event.preventDefault();
  const moment = DATA.moments[at], given = read($("answer").value);
  if (Number.isNaN(given)) { put($("verdict"), `✗ ${say["no number"]}`); return; }
  let found = mistake(moment, given);
  const other = found === "wrong" && moment.phase !== "local" ? another(moment, given) : undefined;
  if (found === "right") { answered.add(at); tell(); paint(); plot(); $("ask").hidden = false; }
  put($("verdict"), other ? `✗ ${say.other} ${DATA.labels[other]}` : `${found === "right" ? "✓" : "✗"} ${say[found]}`);
  if (found === "right") $("next").focus(); else $("answer").select();
});
$("quiz").addEventListener("click", () => {
  isQuiz = !isQuiz;
  $("quiz").setAttribute("aria-pressed", String(isQuiz));
  document.querySelector("details").open = !isQuiz;
  answered.clear();
  go(isQuiz ? 0 : -1);
  plot();
  if (isQuiz) $("answer").focus();
});

// --- steps, and what is pointed at
$("back").addEventListener("click", () => go(at - 1));
$("next").addEventListener("click", () => go(at + 1));
$("all").addEventListener("click", () => { if (isQuiz) $("quiz").click(); else go(-1); });
document.addEventListener("keydown", event => {
  if (event.target.matches("input, select, textarea") || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowRight") { go(at + 1); event.preventDefault(); }
  if (event.key === "ArrowLeft") { go(at - 1); event.preventDefault(); }
});
const hint = key => {
  const parts = [];
  if (known(`forward ${key}`)) parts.push(`${DATA.labels[key]} = ${show(value(key))}`);
  for (const edge of Object.keys(DATA.locals)) {
    const [operand, step] = edge.split(" ");
    if ((step === key || operand === key) && known(`local ${edge}`)) {
      const form = edge in DATA.prefixes ? ` = ${DATA.prefixes[edge]}` : "";
      parts.push(`∂${DATA.labels[step]}/∂${DATA.labels[operand]}${form} = ${show(local(edge))}`);
    }
  }
  return parts.join(";  ");
};
for (const group of nodes) {
  const key = group.dataset.node;
  group.setAttribute("tabindex", "0");
  group.setAttribute("role", "img");
  group.setAttribute("aria-label", text(group, "name").textContent);
  for (const kind of ["focus", "pointerenter"]) group.addEventListener(kind, () => put($("hint"), key in DATA.labels ? hint(key) : ""));
}
document.querySelector("#graph svg").setAttribute("role", "group");
refresh();

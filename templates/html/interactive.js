const $ = id => document.getElementById(id);
const say = DATA.say;
const copy = x => typeof x === "number" ? x : Float64Array.from(x);
const given = Object.fromEntries(DATA.givens.map(each => [each.key, each]));
const first = key => (given[key].shape.length ? Float64Array.from(given[key].values) : given[key].values[0]);
const current = Object.fromEntries(DATA.givens.map(each => [each.key, first(each.key)]));
let at = -1, outcome = null, isQuiz = false;
const answered = new Set();

// --- numbers: an array is flat, row by row, and its shape is known by its name
const show = (value, digits = DATA.digits) => {
  if (!Number.isFinite(value)) return say.undefined;
  const [mantissa, exponent] = String(Number(value.toPrecision(digits))).split("e");
  const raised = exponent && exponent.replace("+", "").replace("-", "⁻").replace(/\d/g, d => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]);
  return mantissa.replace("-", "−") + (raised ? `·10${raised}` : "");
};
const brief = value => {
  const short = show(value, 3);
  return short.length <= 7 ? short : value.toExponential(1).replace("e+", "e").replaceAll("-", "−");
};
const NUMBER = /^([+−-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?:\/(\d+(?:\.\d+)?))?$/i;
const read = text => {
  const found = NUMBER.exec(text.trim().replace(/\s*\/\s*/, "/").replace(",", "."));
  return found ? Number(found[1].replace("−", "-")) / Number(found[2] ?? 1) : NaN;
};
const readAll = (text, count) => {
  if (count === 1) return [read(text)];
  const split = comma => text.split(comma ? /[\s;,[\]]+/ : /[\s;[\]]+|,\s/).filter(part => part !== "");
  return (split(true).length === count ? split(true) : split(false)).map(read);
};
const isNear = (a, b) => Math.abs(a - b) <= 0.005 * Math.max(Math.abs(b), 1e-3) + 1e-12;
const isShown = (a, b) => show(a) === show(b) || isNear(a, b);
const entries = x => (typeof x === "number" ? [x] : [...x]);
const evaluate = values => run(DATA.inputs.map(key => values[key]));
const results = () => (outcome ??= evaluate(current));
const value = key => results()[DATA.values[key]];
const adjoint = key => results()[DATA.adjoints[key]];
const local = edge => results()[DATA.locals[edge]];
const part = edge => results()[DATA.parts[edge]];
const inBrackets = number => (number < 0 ? `(${show(number)})` : show(number));
const isNumber = key => DATA.shapes[key].length === 0;
const place = (shape, k) => {
  const found = [];
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) { found.unshift(k % shape[axis]); k = Math.floor(k / shape[axis]); }
  return found;
};
const nameOf = (shape, k) => (shape.length ? `[${place(shape, k).join(", ")}]` : "");
// Of a symmetric matrix both entries are one, of a diagonal one those beside the diagonal are none.
const free = each => Array.from({ length: each.values.length }, (_, k) => k).filter(k => {
  if (!each.structure) return true;
  const [i, j] = place(each.shape, k);
  return each.structure === "symmetric" ? i <= j : i === j;
});
const set = (values, each, entry, number) => {
  if (!each.shape.length) { values[each.key] = number; return; }
  values[each.key][entry] = number;
  if (each.structure === "symmetric") {
    const [i, j] = place(each.shape, entry);
    values[each.key][j * each.shape[1] + i] = number;
  }
};

// --- what the graph shows; only what changed is written anew
const slot = element => {
  if (!element) return null;
  if (!element.firstChild) element.append("");
  return { node: element.firstChild, words: element.textContent };
};
const write = (where, words) => { if (where && where.words !== words) { where.words = words; where.node.nodeValue = words; } };
const put = (element, words) => { if (element.textContent !== words) element.textContent = words; };
const inside = (group, role) => group.querySelector(`[data-role="${role}"]`);
const cells = (group, role) => [...group.querySelectorAll(`[data-role="${role}"] tspan`)].map(slot);
const nodes = [...document.querySelectorAll("[data-node]")].map(group => ({
  group, key: group.dataset.node, isOne: group.dataset.node in DATA.labels && isNumber(group.dataset.node),
  value: slot(inside(group, "value")), adjoint: slot(inside(group, "adjoint")),
  values: cells(group, "value"), adjoints: cells(group, "adjoint"), isNow: false,
}));
const edges = [...document.querySelectorAll("[data-edge]")].map(group => ({
  group, edge: group.dataset.edge, label: slot(inside(group, "local")), isNow: false,
}));
const mark = (each, isNow) => {
  if (each.isNow !== isNow) { each.isNow = isNow; each.group.classList.toggle("now", isNow); }
};

// A moment's result is known once it is reached, in a quiz once it is answered.
const isKnown = index => (at === -1 && !isQuiz) || (index <= at && (!isQuiz || answered.has(index)));
const called = moment =>
  `${moment.phase} ${["local", "part"].includes(moment.phase) ? moment.edges[0] : moment.about}`;
const momentOf = Object.fromEntries(DATA.moments.map((moment, k) => [called(moment), k]));
const known = name => momentOf[name] === undefined || isKnown(momentOf[name]);

const fill = (all, isOpen, from) => {
  if (!all.length) return;
  const numbers = isOpen ? from() : null;
  all.forEach((cell, k) => write(cell, isOpen ? brief(numbers[k]) : "?"));
};
const paint = () => {
  const now = DATA.moments[at];
  for (const node of nodes) {
    const { key } = node;
    if (node.isOne) {
      write(node.value, `→ ${known(`forward ${key}`) ? show(value(key)) : "?"}`);
      if (node.adjoint) write(node.adjoint, `← ${known(`backward ${key}`) ? show(adjoint(key)) : "?"}`);
    } else {
      fill(node.values, known(`forward ${key}`), () => value(key));
      fill(node.adjoints, known(`backward ${key}`), () => adjoint(key));
    }
    mark(node, Boolean(now) && now.about === key);
  }
  for (const each of edges) {
    const { edge, label } = each;
    if (label && edge in DATA.prefixes) {
      write(label, `${DATA.prefixes[edge]} = ${known(`local ${edge}`) ? show(local(edge)) : "?"}`);
    } else if (label && edge in DATA.locals) {
      write(label, known(`local ${edge}`) ? show(local(edge)) : "?");
    }
    mark(each, Boolean(now) && now.edges.includes(edge));
  }
};

// --- matrices in the text
const MOST = 10;
const element = (tag, text) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  return made;
};
const grid = (numbers, shape) => {
  const columns = shape.at(-1), rows = numbers.length / columns, block = shape.length > 2 ? shape.at(-2) : rows;
  const table = element("table");
  table.className = "grid";
  for (let i = 0; i < Math.min(rows, MOST); i += 1) {
    const row = table.insertRow();
    if (i && i % block === 0) row.className = "block";
    for (let j = 0; j < Math.min(columns, MOST); j += 1) row.insertCell().textContent = show(numbers[i * columns + j]);
    if (columns > MOST) row.insertCell().textContent = "…";
  }
  if (rows > MOST) table.insertRow().insertCell().textContent = "⋮";
  return table;
};
const item = (x, shape) => (typeof x === "number" ? show(x) : grid(x, shape));
const write_parts = (where, parts) => {
  if (parts.every(each => typeof each === "string")) { put(where, parts.join("")); return; }
  where.replaceChildren(...parts.map(each => (typeof each === "string" ? element("span", each) : each)));
};

// --- the moment
const formulas = [...$("formulas").children];
// A piece of a formula that stands elsewhere in the page is copied from there when its moment is reached.
const pieces = [...document.querySelectorAll("#formulas .link, details .link")];
const complete = formula => {
  for (const empty of formula.querySelectorAll("[data-piece]")) empty.replaceWith(pieces[empty.dataset.piece].cloneNode(true));
};
const factors = moment => moment.edges.map(edge => [adjoint(edge.split(" ")[1]) ?? 1, local(edge)]);
const answerOf = moment => {
  if (moment.phase === "forward") return value(moment.about);
  if (moment.phase === "local") return local(moment.edges[0]);
  return moment.phase === "part" ? part(moment.edges[0]) : adjoint(moment.about);
};
const shapeOf = moment => (moment.phase === "local" ? [] : DATA.shapes[moment.about]);
const valued = key => [`${DATA.labels[key]} = `, item(value(key), DATA.shapes[key])];
const between = (all, sign) => all.flatMap((each, k) => (k ? [sign, ...each] : each));
const isOfNumbers = Object.values(DATA.shapes).every(shape => shape.length === 0);
const worked = moment => {
  const result = item(answerOf(moment), shapeOf(moment));
  if (moment.phase === "forward") {
    const used = moment.edges.map(edge => valued(edge.split(" ")[0]));
    return [...between(used, ", "), ` → ${DATA.labels[moment.about]} = `, result];
  }
  if (moment.phase === "local") return ["= ", result];
  if (isOfNumbers) {
    return [`= ${factors(moment).map(([a, b]) => `${inBrackets(a)} · ${inBrackets(b)}`).join(" + ")} = `, result];
  }
  if (moment.edges.length > 1) {
    const parts = moment.edges.map(edge => [item(part(edge), shapeOf(moment))]);
    return ["= ", ...between(parts, " + "), " = ", result];
  }
  const step = moment.edges[0].split(" ")[1];
  const incoming = step === DATA.loss ? [] : [`${DATA.gradients[step]} = `, item(adjoint(step), DATA.shapes[step])];
  return [...incoming, ` → ${DATA.gradients[moment.about]} = `, result];
};
const tell = () => {
  const moment = DATA.moments[at];
  const number = `${say.moment} ${at + 1} ${say.of} ${DATA.moments.length}`;
  put($("where"), moment ? `${number}: ${say[moment.phase]}` : say.overview);
  if (moment) {
    complete(formulas[at]);
    // A formula that ends in its number, as ∂(a + b)/∂a = 1 does, is shown without it as long as it is asked for.
    for (const [query, isShown] of [[".asking", !isKnown(at)], [".telling", isKnown(at)]]) {
      const variant = formulas[at].querySelector(query);
      if (variant) variant.hidden = !isShown;
    }
  }
  formulas.forEach((formula, k) => { if (formula.hidden !== (k !== at)) formula.hidden = k !== at; });
  write_parts($("numbers"), moment && isKnown(at) ? worked(moment) : [""]);
  $("ask").hidden = !(isQuiz && moment && !answered.has(at));
  put($("question"), moment && moment.phase === "forward" ? say.question : say["ask gradient"]);
  $("back").disabled = at < 0;
  $("next").disabled = at >= DATA.moments.length - 1;
};
const offer = moment => {
  const select = $("entry");
  if (!select) return;
  const count = moment ? entries(answerOf(moment)).length : 1;
  select.parentElement.hidden = count === 1;
  const options = Array.from({ length: count }, (_, k) => new Option(nameOf(shapeOf(moment ?? { phase: "local" }), k), k));
  select.replaceChildren(...options, new Option(say.whole, "all"));
  select.value = String((at * 7 + 3) % count);
};
const go = index => {
  at = Math.max(-1, Math.min(DATA.moments.length - 1, index));
  put($("verdict"), "");
  $("answer").value = "";
  if (isQuiz) offer(DATA.moments[at]);
  tell();
  paint();
  plot();
};

// --- the curve
const box = { left: 40, right: 392, top: 10, bottom: 210 }, BUDGET = 5;
const pick = select => (select ? Number(select.value) : 0);
const along = () => ({ each: given[$("along").value], entry: pick($("place")) });
const numberAt = (values, { each, entry }) => entries(values[each.key])[entry];
// A slider and the curve reach as far from a value as twice its size and at least 2; of a class label over all classes.
const range = ({ each, entry }) => {
  if (each.classes) return [0, each.classes - 1];
  const base = each.values[entry], reach = Math.max(2, 2 * Math.abs(base));
  return [base - reach, base + reach];
};
// Both entries of a pair of a symmetric matrix move together.
const slopeAt = ({ each, entry }) => {
  const by = entries(adjoint(each.key));
  if (each.structure !== "symmetric") return by[entry];
  const [i, j] = place(each.shape, entry);
  return i === j ? by[entry] : by[entry] + by[j * each.shape[1] + i];
};
let curve = null; // the points, as long as nothing moves but what the curve is along
const sampled = (chosen, low, high) => {
  const values = { ...current, [chosen.each.key]: copy(current[chosen.each.key]) };
  const loss = x => { set(values, chosen.each, chosen.entry, x); return evaluate(values)[DATA.values[DATA.loss]]; };
  const start = performance.now();
  loss(low);
  const samples = Math.max(24, Math.min(120, Math.floor(BUDGET / Math.max(performance.now() - start, 0.01))));
  return Array.from({ length: samples + 1 }, (_, k) => low + (high - low) * k / samples).map(x => [x, loss(x)]);
};
const plot = () => {
  if (!$("along")) return;
  const chosen = along(), now = numberAt(current, chosen), [least_, most_] = range(chosen);
  const low = Math.min(least_, now), high = Math.max(most_, now);
  if (!curve || curve.low !== low || curve.high !== high) curve = { low, high, points: sampled(chosen, low, high), path: "" };
  const heights = curve.points.map(point => point[1]).filter(Number.isFinite);
  const loss = value(DATA.loss), slope = slopeAt(chosen);
  const least = Math.min(...heights, loss), most = Math.max(...heights, loss), span = most - least || 1;
  const x = v => box.left + (box.right - box.left) * (v - low) / (high - low);
  const y = v => box.bottom - (box.bottom - box.top) * (v - least) / span;
  let path = "", isDown = false;
  for (const [u, v] of curve.points) {
    path += Number.isFinite(v) ? `${isDown ? "L" : "M"}${x(u).toFixed(1)} ${y(v).toFixed(1)}` : "";
    isDown = Number.isFinite(v);
  }
  if (curve.path !== path) { curve.path = path; $("line").setAttribute("d", path); }
  // What a quiz still asks for is not to be read off the curve either.
  const isAsked = isQuiz && !known(`forward ${DATA.loss}`), hasSlope = known(`backward ${chosen.each.key}`);
  for (const id of ["line", "point", "top", "bottom"]) $(id).classList.toggle("asked", isAsked);
  $("tangent").classList.toggle("asked", isAsked || (isQuiz && !hasSlope));
  const isDefined = Number.isFinite(loss) && Number.isFinite(slope);
  let reach = (high - low) / 5;
  if (Math.abs(slope) * reach > span / 2) reach = span / 2 / Math.abs(slope);
  const end = side => `${x(now + side * reach).toFixed(1)} ${y(loss + side * reach * slope).toFixed(1)}`;
  $("tangent").setAttribute("d", isDefined ? `M${end(-1)}L${end(1)}` : "");
  $("point").setAttribute("cx", x(now).toFixed(1));
  $("point").setAttribute("cy", (Number.isFinite(loss) ? y(loss) : -20).toFixed(1));
  put($("low"), show(low)); put($("high"), show(high)); put($("top"), show(most)); put($("bottom"), show(least));
  put($("slope"), `${say.slope} ${hasSlope ? show(slope) : "?"}`);
};

// --- given values: a move is drawn once, in the next frame
let pending = 0;
const draw = () => { pending = 0; tell(); paint(); plot(); };
const refresh = () => { outcome = null; answered.clear(); pending ||= requestAnimationFrame(draw); };
const controls = DATA.givens
  .map((each, k) => ({ each, slider: $(`s${k}`), number: $(`n${k}`), select: $(`e${k}`) }))
  .filter(({ each }) => !each.is_size);
const chosenBy = control => ({ each: control.each, entry: pick(control.select) });
const reachOut = control => {
  [control.slider.min, control.slider.max] = range(chosenBy(control));
  control.slider.step = control.each.classes ? "1" : "any";
};
const follow = source => {
  for (const control of controls) {
    const words = String(Number(numberAt(current, chosenBy(control)).toPrecision(12)));
    for (const field of [control.slider, control.number]) if (field !== source && field.value !== words) field.value = words;
  }
};
const choices = (select, each) =>
  select.replaceChildren(...free(each).map(k => new Option(`${each.label}${nameOf(each.shape, k)}`, k)));
for (const control of controls) {
  for (const field of [control.slider, control.number]) {
    field.addEventListener("input", () => {
      const number = field.valueAsNumber, chosen = chosenBy(control);
      if (!Number.isFinite(number)) return;
      set(current, chosen.each, chosen.entry, number);
      const drawn = $("along") && along();
      if (drawn && (drawn.each !== chosen.each || drawn.entry !== chosen.entry)) curve = null;
      follow(field);
      refresh();
    });
  }
  if (control.select) {
    choices(control.select, control.each);
    control.select.addEventListener("change", () => { reachOut(control); follow(); });
  }
  reachOut(control);
}
const restart = () => { curve = null; follow(); refresh(); };
$("reset").addEventListener("click", () => {
  for (const each of DATA.givens) current[each.key] = first(each.key);
  restart();
});
const places = () => {
  if (!$("place")) return;
  const each = given[$("along").value];
  choices($("place"), each);
  $("place").hidden = !each.shape.length;
};
$("along")?.addEventListener("change", () => { curve = null; places(); plot(); });
$("place")?.addEventListener("change", () => { curve = null; plot(); });
$("update")?.addEventListener("click", () => {
  const rate = $("rate").valueAsNumber;
  const moved = DATA.moved.map(key => {
    const by = entries(adjoint(key)), after = entries(current[key]).map((x, k) => x - rate * by[k]);
    return [key, isNumber(key) ? after[0] : Float64Array.from(after)];
  });
  if (moved.some(([, after]) => !entries(after).every(Number.isFinite))) return;
  Object.assign(current, Object.fromEntries(moved));
  restart();
});

// --- the quiz: what each mistake would give here is computed by the same road as what is right
const asked = x => ($("entry") && $("entry").value !== "all" ? [entries(x)[pick($("entry"))]] : entries(x));
const areShown = (answers, numbers) => answers.every((answer, k) => isShown(answer, numbers[k]));
const slip = (moment, answers) => {
  const found = DATA.slips[called(moment)] ?? [];
  if (!found.length) return undefined;
  const wrong = astray(DATA.astray.map(name => {
    const [kind, key] = name.split(" ");
    return kind === "value" ? value(key) : adjoint(key);
  }));
  return found.find(([k]) => areShown(answers, asked(wrong[k])))?.[1];
};
const another = (moment, answers) => {
  if (moment.phase === "local" || answers.every(answer => answer === 0)) return undefined;
  const isForward = moment.phase === "forward", table = isForward ? value : adjoint;
  const names = isForward ? DATA.labels : DATA.gradients;
  const same = key => String(DATA.shapes[key]) === String(DATA.shapes[moment.about]);
  const key = Object.keys(isForward ? DATA.values : DATA.adjoints)
    .find(each => each !== moment.about && same(each) && areShown(answers, asked(table(each))));
  return key && `${say.other} ${names[key]}`;
};
const verdict = (moment, answers) => {
  const right = asked(answerOf(moment)), mistake = slip(moment, answers);
  if (mistake !== undefined) return DATA.feedback[mistake];
  if (areShown(answers, right.map(x => -x))) return say.sign;
  const good = right.filter((x, k) => isShown(answers[k], x)).length;
  const some = say.some.replace("{right}", good).replace("{all}", right.length);
  return another(moment, answers) ?? (right.length > 1 ? some : say.wrong);
};
$("ask").addEventListener("submit", event => {
  event.preventDefault();
  const moment = DATA.moments[at], right = asked(answerOf(moment)), answers = readAll($("answer").value, right.length);
  if (answers.length !== right.length) { put($("verdict"), `✗ ${say["how many"].replace("{all}", right.length)}`); return; }
  if (answers.some(Number.isNaN)) { put($("verdict"), `✗ ${say["no number"]}`); return; }
  const isRight = areShown(answers, right);
  if (isRight) { answered.add(at); tell(); paint(); plot(); $("ask").hidden = false; }
  put($("verdict"), isRight ? `✓ ${say.right}` : `✗ ${verdict(moment, answers)}`);
  if (isRight) $("next").focus(); else $("answer").select();
});
$("quiz").addEventListener("click", () => {
  isQuiz = !isQuiz;
  $("quiz").setAttribute("aria-pressed", String(isQuiz));
  document.querySelector("details").open = !isQuiz;
  answered.clear();
  go(isQuiz ? 0 : -1);
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
  if (known(`forward ${key}`)) parts.push(valued(key));
  if (!isOfNumbers && key in DATA.adjoints && known(`backward ${key}`)) {
    parts.push([`${DATA.gradients[key]} = `, item(adjoint(key), DATA.shapes[key])]);
  }
  for (const edge of Object.keys(DATA.locals)) {
    const [operand, step] = edge.split(" ");
    if ((step === key || operand === key) && known(`local ${edge}`)) {
      const form = edge in DATA.prefixes ? ` = ${DATA.prefixes[edge]}` : "";
      parts.push([`∂${DATA.labels[step]}/∂${DATA.labels[operand]}${form} = ${show(local(edge))}`]);
    }
  }
  for (const [edge, form] of Object.entries(DATA.forms)) if (edge.split(" ").includes(key)) parts.push([form]);
  return between(parts, ";  ");
};
for (const { group, key } of nodes) {
  group.setAttribute("tabindex", "0");
  group.setAttribute("role", "img");
  group.setAttribute("aria-label", inside(group, "name").textContent);
  for (const kind of ["focus", "pointerenter"]) {
    group.addEventListener(kind, () => write_parts($("hint"), key in DATA.labels ? hint(key) : [""]));
  }
}
document.querySelector("#graph svg").setAttribute("role", "group");
places();
follow();
draw();

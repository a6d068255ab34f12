"""The files of Epoch AI's Benchmarking Hub: which column holds what. Found by reading all 49."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """Which columns of a file hold the headline score, its error and the scaffold."""

    score: str
    stderr: str = ""
    stderr_factor: float = 1.0  # makes the error's scale the score's
    low: str = ""
    high: str = ""
    half_width: str = ""
    scaffold: str = ""
    own: bool = False
    full: float | None = 1.0  # a perfect score; None where the score is not an accuracy


OWN_RUN = File("mean_score", "stderr", own=True)
FILES = {
    "adversarial_nli": File("Score"),
    "aider_polyglot": File("Percent correct", scaffold="Edit format", full=100.0),
    # the error is in per cent beside a fraction
    "apex_agents": File("Pass@1 score", "Pass@1 Standard Error", stderr_factor=0.01),
    "arc_agi": File("Score"),
    "arc_agi_2": File("Score"),
    "arc_ai2": File("Challenge score"),
    "balrog": File("Average progress", "Average Standard error"),
    "bbh": File("Average"),
    "bool_q": File("Score"),
    "cad_eval": File("Overall pass (%)"),
    "chess_puzzles": OWN_RUN,
    "common_sense_qa_2": File("Score"),
    "cybench": File("Unguided % Solved"),
    "deepresearchbench": File("Average score"),
    "fictionlivebench": File("16k token score"),
    "frontiermath": OWN_RUN,
    "frontiermath_tier_4": OWN_RUN,
    "gdpval": File("Win Rate (%)"),
    "geobench": File("ACW Country %", scaffold="Tools"),
    "gpqa_diamond": OWN_RUN,
    "gsm8k": File("EM"),
    "gso": File("Score OPT@1", scaffold="Scaffold"),
    "hella_swag": File("Overall accuracy"),
    "hle": File("Accuracy", "Accuracy Standard Error"),
    "lambada": File("Score"),
    "lech_mazur_writing": File("Mean score", full=10.0),
    "live_bench": File("Global average", full=100.0),
    "math_level_5": OWN_RUN,
    "metr_time_horizons": File("Time horizon", low="CI_low", high="CI_high", full=None),
    "mmlu": File("EM"),
    "open_book_qa": File("Accuracy"),
    "os_world": File("Score", scaffold="Agent", full=100.0),
    "otis_mock_aime_2024_2025": OWN_RUN,
    "piqa": File("Score"),
    "posttrainbench": File("Average (%)", scaffold="Scaffold"),  # its SD is no standard error
    "science_qa": File("Score"),
    "simplebench": File("Score (AVG@5)"),
    "simpleqa_verified": OWN_RUN,
    "superglue": File("Score"),
    "swe_bench_bash": File("% Resolved"),
    "swe_bench_verified": OWN_RUN,
    "terminalbench": File("Accuracy mean", "Accuracy SE", scaffold="Agent"),
    "the_agent_company": File("% Resolved"),
    "trivia_qa": File("EM"),
    "video_mme": File("Overall (no subtitles)"),
    "vpct": File("Correct"),
    "webdev_arena": File(
        "Arena Score", low="95% CI Low", high="95% CI High", half_width="Score 95% CI", full=None
    ),
    "weirdml": File("Accuracy"),  # its standard errors are implausibly small
    "wino_grande": File("Accuracy"),
}
